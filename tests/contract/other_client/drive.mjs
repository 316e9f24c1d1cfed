// SPDX-License-Identifier: GPL-3.0-or-later
// Makes one clip with the published package kling-api as its README says, through nothing but its public methods.
// Its keys come from the environment by the package's own names. Prints one JSON object, also for an error.
import { KlingAPI } from "kling-api";

const QUERIES = {
  textToVideo: "queryTextToVideoTask",
  imageToVideo: "queryImageToVideoTask",
  multiImageToVideo: "queryMultiImageToVideoTask",
  omniVideo: "queryOmniVideoTask",
};

const { baseUrl, create, params, folder } = JSON.parse(process.argv[2]);
try {
  const api = new KlingAPI({ baseUrl });
  const made = await api[create](params);
  const query = api[QUERIES[create]].bind(api);
  const done = await api.waitForVideoResult(made.data.task_id, query, { interval: 250, showSpinner: false });
  const files = await api.saveVideoResult(done, folder, params.prompt);
  console.log(JSON.stringify({ taskId: made.data.task_id, duration: done.data.task_result.videos[0].duration, files }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message, code: error.code }));
}
