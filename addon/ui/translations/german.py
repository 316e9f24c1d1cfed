# SPDX-License-Identifier: GPL-3.0-or-later
"""German, with the words that Blender's own German has: Streifen, Kanal, Abspielkopf."""

GERMAN_OPERATORS = {
    "Choose Changes": "Änderungen wählen",
    "Compare Again": "Noch einmal vergleichen",
    "Go to Change": "Zur Änderung gehen",
    "Apply Changes": "Änderungen anwenden",
    "Compare with Changed Edit": "Mit geändertem Schnitt vergleichen",
    "Compare with Changed Edit…": "Mit geändertem Schnitt vergleichen…",
    "Export Edit": "Schnitt exportieren",
    "Export…": "Exportieren…",
    "Find Missing Media": "Fehlende Medien suchen",
    "Import Edit": "Schnitt importieren",
    "Import…": "Importieren…",
    "OpenTimelineIO, EDL, XML, AAF": "OpenTimelineIO, EDL, XML, AAF",
    "Copy Report": "Bericht kopieren",
    "Relink Folder…": "In Ordner suchen…",
    "Show Strip": "Streifen zeigen",
    "Add": "Hinzufügen",
    "Add Element": "Element hinzufügen",
    "Add Image": "Bild hinzufügen",
    "Add Shot Preset": "Shot-Vorgabe hinzufügen",
    "Add Voice": "Stimme hinzufügen",
    "Add as New Strip": "Als neuen Streifen hinzufügen",
    "Cancel": "Abbrechen",
    "Check Key": "Schlüssel prüfen",
    "All Files": "Alle Dateien",
    "Clear Finished": "Fertige entfernen",
    "Compare": "Vergleichen",
    "Copy Diagnostics": "Diagnose kopieren",
    "Copy Error": "Fehler kopieren",
    "Copy Prompt": "Prompt kopieren",
    "Delete Take": "Take löschen",
    "Documentation": "Dokumentation",
    "Edit Recipe": "Rezept bearbeiten",
    "Edit in Text Editor": "Im Texteditor bearbeiten",
    "End Compare": "Vergleich beenden",
    "Enter Key": "Schlüssel eingeben",
    "Forget Key": "Schlüssel vergessen",
    "Generate": "Erzeugen",
    "Generate Again": "Noch einmal erzeugen",
    "Look for Unfinished Shots": "Nach unfertigen Shots sehen",
    "Make a Shot of This": "Daraus einen Shot machen",
    "Next Take": "Nächster Take",
    "Open Folder": "Ordner öffnen",
    "Pause": "Pause",
    "Place Again": "Noch einmal einsetzen",
    "Previous Take": "Voriger Take",
    "Regenerate": "Neu erzeugen",
    "Relink": "Neu verknüpfen",
    "Remove": "Entfernen",
    "Restore Deleted Takes": "Gelöschte Takes zurückholen",
    "Retake Shot": "Retake-Shot",
    "Retake Shot…": "Retake-Shot …",
    "Reveal Take": "Take im Ordner zeigen",
    "Send Anyway": "Trotzdem senden",
    "Set Length": "Länge setzen",
    "Show Take": "Take zeigen",
    "Side by Side": "Nebeneinander",
    "Try Again": "Erneut versuchen",
    "Wipe": "Blende",
    "Check Storage": "Speicher prüfen",
    "Dismiss": "Ausblenden",
    "Enter Storage Key": "Speicher-Schlüssel eingeben",
    "Extend Strip": "Streifen fortsetzen",
    "Fill All Gaps": "Alle Lücken füllen",
    "Fill All Gaps…": "Alle Lücken füllen …",
    "Fill the Gap": "Lücke füllen",
    "Fix": "Beheben",
    "Forget Storage Key": "Speicher-Schlüssel vergessen",
    "Motion from Strip": "Bewegung vom Streifen",
    "Start from This Frame": "Von diesem Bild aus beginnen",
    "Use a Frame": "Ein Bild nehmen",
    "Delete from the Account": "Aus dem Konto löschen",
    "Element from Strip": "Element vom Streifen",
    "Element from Strip…": "Element vom Streifen …",
    "Listen": "Anhören",
    "Read the Account": "Konto lesen",
    "Use in This Shot": "In diesem Shot verwenden",
    "Voice from Strip": "Stimme vom Streifen",
    "Voice from Strip…": "Stimme vom Streifen …",
    "Add Cut": "Schnitt hinzufügen",
    "Pack Selected Shots": "Ausgewählte Shots packen",
    "Lip-Sync to Sound": "Lippen zum Ton",
    "Extend by Kling": "Von Kling verlängern",
    "Extend by Kling…": "Von Kling verlängern …",
    "Lip-Sync to Sound…": "Lippen zum Ton …",
    "Enter Keys…": "Schlüssel eingeben …",
    "Preferences…": "Einstellungen …",
}

GERMAN = {
    "All": "Alle",
    "All changes that can be applied": "Alle Änderungen, die angewendet werden können",
    "Bring the chosen changes onto the timeline, all of them or, where one fails, none. Strips keep all else that "
    "they are; one undo step takes it back": (
        "Die gewählten Änderungen in den Schnitt übernehmen, alle oder, wo eine scheitert, keine. Sonst bleiben die "
        "Streifen, was sie sind; ein Schritt zurück nimmt alles zurück"
    ),
    "Cannot Be Applied": "Kann nicht angewendet werden",
    "Choose": "Wählen",
    "Choose all changes that can be applied, or none": (
        "Alle Änderungen wählen, die angewendet werden können, oder keine"
    ),
    "Compare the edit with the timeline again": "Den Schnitt noch einmal mit der Zeitleiste vergleichen",
    "Compare the same edit with the timeline as it is now. What was chosen has to be chosen again": (
        "Denselben Schnitt mit der Zeitleiste vergleichen, wie sie jetzt ist. Was gewählt war, ist neu zu wählen"
    ),
    "Done": "Fertig",
    "Frame": "Bild",
    "Scene": "Szene",
    "It stays as it is: {reason}": "Es bleibt, wie es ist: {reason}",
    "List what another program changed in this edit, to bring it back onto the timeline: .otio, .otioz or .otiod. "
    "Nothing is changed by looking": (
        "Auflisten, was ein anderes Programm an diesem Schnitt geändert hat, um es zu übernehmen: .otio, .otioz oder "
        ".otiod. Das Ansehen ändert nichts"
    ),
    "Long Enough": "Lang genug",
    "Move the playhead to the change's first frame, and make its strip the active one where there is one": (
        "Den Abspielkopf auf das erste Bild der Änderung setzen und ihren Streifen, wo es ihn gibt, aktivieren"
    ),
    "No change": "Keine Änderung",
    "None of the changes can be applied": "Keine der Änderungen kann angewendet werden",
    "Not in the Edit": "Nicht im Schnitt",
    "Those whose media is long enough: nothing has to be made again": (
        "Die, deren Material lang genug ist: Nichts muss neu entstehen"
    ),
    "These are changes of another scene": "Das sind Änderungen einer anderen Szene",
    "What it is about, and what it needs, is shown below the list": (
        "Worum es geht und was dazu fehlt, steht unter der Liste"
    ),
    "{count} changes are on the timeline": "{count} Änderungen sind im Schnitt",
    "{count} changes are on the timeline, {skipped} are not": "{count} Änderungen sind im Schnitt, {skipped} nicht",
    "{count} of {all} chosen": "{count} von {all} gewählt",
    "{count} strips are not in the edit and stay": "{count} Streifen sind nicht im Schnitt und bleiben",
    "A scene of its own, with the edit's rate and size": "Eine eigene Szene mit Bildrate und Größe des Schnitts",
    "Absolute": "Absolut",
    "Adobe Premiere Pro": "Adobe Premiere Pro",
    "Apply": "Anwenden",
    "As It Reads Best": "Wie es am besten gelesen wird",
    "At the Playhead": "Am Abspielkopf",
    "At the edit's own frames, above all that lies there": (
        "Bei den eigenen Frames des Schnitts, über allem, was dort liegt"
    ),
    "Beginning at the playhead, above all that lies there": "Vom Abspielkopf an, über allem, was dort liegt",
    "Change": "Änderung",
    "Choose a change": "Eine Änderung auswählen",
    "DaVinci Resolve": "DaVinci Resolve",
    "Edit": "Schnitt",
    "Exchange": "Austausch",
    "File Address": "Dateiadresse",
    "For": "Für",
    "For Retake itself, and for any program that reads OpenTimelineIO": (
        "Für Retake selbst und für jedes Programm, das OpenTimelineIO liest"
    ),
    "From the folder of the edit: both can be moved together": (
        "Vom Ordner des Schnitts aus: beide lassen sich zusammen verschieben"
    ),
    "How media is named": "Wie Medien benannt werden",
    "Import": "Importieren",
    "Import Edit": "Schnitt importieren",
    "Into": "Wohin",
    "Kdenlive": "Kdenlive",
    "Levels, transforms and links in Resolve's own words": (
        "Pegel, Transformationen und Verknüpfungen in Resolves eigenen Worten"
    ),
    "Look for the media of stand-ins in a folder and all below it, by name and content": (
        "Die Medien von Platzhaltern in einem Ordner und allen darunter suchen, nach Namen und Inhalt"
    ),
    "Needs": "Bedarf",
    "New Scene": "Neue Szene",
    "No media of an imported edit is missing": "Keinem importierten Schnitt fehlen Medien",
    "Nothing was changed": "Nichts wurde geändert",
    "Only what Kdenlive reads: cuts, gaps, markers, colours": (
        "Nur, was Kdenlive liest: Schnitte, Lücken, Marker, Farben"
    ),
    "Opacity, motion and links in Premiere's own words": (
        "Deckkraft, Bewegung und Verknüpfungen in Premieres eigenen Worten"
    ),
    "OpenTimelineIO": "OpenTimelineIO",
    "Paths": "Pfade",
    "Read an edit of another program. What fails halfway changes nothing": (
        "Einen Schnitt eines anderen Programms lesen. Was unterwegs scheitert, ändert nichts"
    ),
    "Relative": "Relativ",
    "Strict": "Streng",
    "Take the list of changes away": "Die Liste der Änderungen wegnehmen",
    "The program that is to read the edit": "Das Programm, das den Schnitt lesen soll",
    "The whole path": "Der ganze Pfad",
    "The whole path as a file:// address": "Der ganze Pfad als Adresse mit file://",
    "There is no edit to compare with": "Es gibt keinen Schnitt zum Vergleichen",
    "This Scene": "Diese Szene",
    "Unchanged": "Unverändert",
    "What an imported edit says of itself and Blender has no place for, as JSON": (
        "Was ein importierter Schnitt von sich sagt und in Blender keinen Platz hat, als JSON"
    ),
    "What an imported edit says of this strip and Blender has no place for, as JSON": (
        "Was ein importierter Schnitt von diesem Streifen sagt und in Blender keinen Platz hat, als JSON"
    ),
    "What the program that the edit is for finds its media by": (
        "Woran das Programm, für das der Schnitt ist, seine Medien findet"
    ),
    "Where the edit goes": "Wohin der Schnitt kommt",
    "Whether Apply brings this change onto the timeline": "Ob „Anwenden“ diese Änderung in den Schnitt übernimmt",
    "Write nothing where something would not be kept": "Nichts schreiben, wo etwas nicht erhalten bliebe",
    "Write the edit for another program, or with all its media as one file": (
        "Den Schnitt für ein anderes Programm schreiben, oder mit allen Medien als eine Datei"
    ),
    "Write the edit that was read to the timeline": "Den gelesenen Schnitt in die Timeline schreiben",
    "1 strip is as it was": "1 Streifen ist, wie er war",
    "{count} strips are as they were": "{count} Streifen sind, wie sie waren",
    "Counted from 1; 0 is the clip that the shot was made of": (
        "Von 1 an gezählt; 0 ist der Clip, aus dem der Shot gemacht wurde"
    ),
    (
        "Let the selected strip be take 0 of a new shot, with its first visible frame as the start image. A movie's "
        "takes come in its place, and it can be shown again; over an image the shot is laid"
    ): (
        "Den ausgewählten Streifen zu Take 0 eines neuen Shots machen, mit seinem ersten sichtbaren Bild als "
        "Startbild. Die Takes eines Films kommen an seine Stelle, und er lässt sich wieder zeigen; über ein Bild wird "
        "der Shot gelegt"
    ),
    "Select a movie or an image strip": "Einen Film- oder Bildstreifen auswählen",
    "The strip is retimed: render it, and make a shot of that": (
        "Das Tempo des Streifens ist geändert: ihn rendern und daraus einen Shot machen"
    ),
    "This strip is a shot already: regenerate it": "Dieser Streifen ist schon ein Shot: ihn neu generieren",
    "List the shots of all files, or only those of this file": (
        "Die Shots aller Dateien auflisten, oder nur die dieser Datei"
    ),
    "No shot of this file is in the list": "Kein Shot dieser Datei steht in der Liste",
    "A camera move of Kling's; words in the prompt move it with every model": (
        "Eine Kamerabewegung von Kling; Worte im Prompt bewegen sie bei jedem Modell"
    ),
    "A name of your own for this take, shown in this list": (
        "Ein eigener Name für diesen Take, wie er in dieser Liste steht"
    ),
    "API Key": "API-Schlüssel",
    "Above the selected strip, for as long as that one shows": (
        "Über den ausgewählten Streifen, so lange wie dieser zu sehen ist"
    ),
    "Access Key": "Access Key",
    "Access and Secret Key": "Access Key und Secret Key",
    "Active take": "Aktiver Take",
    "Add an empty row": "Eine leere Zeile anfügen",
    "All takes of the shot, oldest first": "Alle Takes des Shots, der älteste zuerst",
    "Amount": "Stärke",
    "Another take is on its way": "Ein weiterer Take ist unterwegs",
    "As in Image": "Wie im Bild",
    "As in Video": "Wie im Video",
    "Ask Kling for another take of the selected strip's shot, as the Shot panel describes it. The strip shows it, "
    "in place, once it is there. It costs what the panel says": (
        "Kling um einen weiteren Take für den Shot des ausgewählten Streifens bitten, wie ihn das Feld Shot "
        "beschreibt. Der Streifen zeigt ihn an Ort und Stelle, sobald er da ist. Es kostet, was das Feld sagt"
    ),
    "Ask Kling for the same once more. It is paid like any other take": (
        "Kling noch einmal um dasselbe bitten. Es kostet wie jeder andere Take"
    ),
    "Ask Kling for the shot. A placeholder lies at the playhead at once; move, trim or delete it as you like. It "
    "costs what the panel says": (
        "Kling um den Shot bitten. Ein Platzhalter liegt sofort am Abspielkopf; er darf verschoben, getrimmt und "
        "gelöscht werden. Es kostet, was das Feld sagt"
    ),
    "Ask Kling whether it takes the key. Costs nothing": "Kling fragen, ob der Schlüssel gilt. Kostet nichts",
    "Aspect": "Seitenverhältnis",
    "At Playhead": "Am Abspielkopf",
    "Automatic": "Automatisch",
    "Bring back all deleted takes of this shot: into the list, and their clips to where they were": (
        "Alle gelöschten Takes dieses Shots zurückholen: in die Liste, und ihre Clips an ihren Ort"
    ),
    "By the Prompt": "Nach dem Prompt",
    "Call the shot back, if it is not sent yet. Kling has no cancel: what is sent is paid and kept": (
        "Den Shot zurückrufen, wenn er noch nicht gesendet ist. Kling kann nicht abbrechen: Gesendetes wird "
        "bezahlt und behalten"
    ),
    "Camera": "Kamera",
    "Character": "Figur",
    "Choose another take in the list than the strip shows": (
        "Wählen Sie in der Liste einen anderen Take, als der Streifen zeigt"
    ),
    "Choose where the clip of this take is now. Its strips follow": (
        "Wählen, wo der Clip dieses Takes jetzt ist. Seine Streifen folgen"
    ),
    "Comparing two takes": "Zwei Takes werden verglichen",
    "Copy the prompt of this take to the clipboard": "Den Prompt dieses Takes in die Zwischenablage kopieren",
    "No takes are being compared": "Es werden keine Takes verglichen",
    "Remove the strips that compare two takes. The edit is as it was": (
        "Die Streifen entfernen, die zwei Takes vergleichen. Der Schnitt ist, wie er war"
    ),
    "See the take that the strip shows and the one chosen in the list at once. Strips for the time being lie over "
    "the edit until you end it": (
        "Den Take des Streifens und den in der Liste gewählten zugleich sehen. Bis zum Ende liegen vorläufige "
        "Streifen über dem Schnitt"
    ),
    "The first take is on its way": "Der erste Take ist unterwegs",
    "No take came: see the Queue": "Es kam kein Take: siehe Warteschlange",
    "The strip shows no take yet": "Der Streifen zeigt noch keinen Take",
    "This take was made without a prompt": "Dieser Take wurde ohne Prompt gemacht",
    "Characters and things of the account": "Figuren und Dinge des Kontos",
    "China": "China",
    "Choose a scene for the sequencer first": "Zuerst eine Szene für den Sequenzer wählen",
    "Chosen Take": "Gewählter Take",
    "Closer or wider": "Näher oder weiter",
    "Compares": "Vergleicht",
    "Copy versions, settings and the last errors to the clipboard. Keys and prompts are not among them": (
        "Versionen, Einstellungen und die letzten Fehler in die Zwischenablage kopieren. Schlüssel und Prompts "
        "sind nicht dabei"
    ),
    "Copy what went wrong to the clipboard; it holds no key": (
        "In die Zwischenablage kopieren, was schiefging; ein Schlüssel ist nicht dabei"
    ),
    "Cost": "Kosten",
    "Counted from 1 within the shot": "Innerhalb des Shots von 1 an gezählt",
    "Credits per Day": "Credits pro Tag",
    "Crop": "Zuschnitt",
    "Deleted": "Gelöscht",
    "Describe a shot and let Kling make it, at the playhead. It costs what the dialog says": (
        "Einen Shot beschreiben und von Kling machen lassen, am Abspielkopf. Es kostet, was der Dialog sagt"
    ),
    "Double-click a name to change it": "Ein Doppelklick auf einen Namen ändert ihn",
    "Edge": "Kante",
    "Elements": "Elemente",
    "End Image": "Endbild",
    "Enter a key first": "Zuerst einen Schlüssel eingeben",
    "File": "Datei",
    "Forget the stored key?": "Den gespeicherten Schlüssel vergessen?",
    "Frames": "Einzelbilder",
    "How it goes on": "Wie es weitergeht",
    "How it goes on; empty: as it was": "Wie es weitergeht; leer: wie bisher",
    "Let Kling go on from the clip of this strip's take: 4 to 5 s more, behind the strip, from the very frame at which "
    "it ends. For takes of the models 1.0, 1.5 and 1.6, up to 30 days old; it costs what the dialog says": (
        "Kling vom Clip dieses Takes aus weitermachen lassen: 4 bis 5 s mehr, hinter dem Streifen, genau ab dem Bild, "
        "mit dem er endet. Für Takes der Modelle 1.0, 1.5 und 1.6, bis 30 Tage alt; es kostet, was der Dialog sagt"
    ),
    "Select a take of Kling 1.0, 1.5 or 1.6: the other models cannot go on from a clip": (
        "Einen Take von Kling 1.0, 1.5 oder 1.6 auswählen: Die anderen Modelle können von keinem Clip aus weitermachen"
    ),
    "Frames of the clip at its own rate": "Einzelbilder des Clips in seiner eigenen Rate",
    "From a start image, an end image or both, and the prompt": (
        "Aus einem Startbild, einem Endbild oder beidem, und dem Prompt"
    ),
    "From pictures of people, things and places that the prompt names": (
        "Aus Bildern von Menschen, Dingen und Orten, die der Prompt nennt"
    ),
    "From the playhead on, above all that lies there": "Vom Abspielkopf an, über allem, was dort liegt",
    "From the prompt alone": "Nur aus dem Prompt",
    "Gap of {:.1f} s on channel {:d}": "Lücke von {:.1f} s auf Kanal {:d}",
    "Generate": "Erzeugen",
    "Generate again?": "Noch einmal erzeugen?",
    "Global": "Weltweit",
    "Go on with this shot where it stopped. Nothing is paid twice": (
        "Mit diesem Shot weitermachen, wo er stehen blieb. Nichts wird doppelt bezahlt"
    ),
    "Horizontal": "Waagerecht",
    "How closely the prompt is followed: 0 to 1": "Wie genau dem Prompt gefolgt wird: 0 bis 1",
    "How far the camera moves: -10 to 10, not 0": "Wie weit sich die Kamera bewegt: -10 bis 10, nicht 0",
    "How many shots of a model are made at the same time. 0: as many as Kling lets": (
        "Wie viele Shots eines Modells gleichzeitig gemacht werden. 0: so viele, wie Kling zulässt"
    ),
    "Id": "Kennung",
    "Image": "Bild",
    "In Gap": "In die Lücke",
    "In seconds": "In Sekunden",
    "In whole seconds": "In ganzen Sekunden",
    "Into the gap between two selected strips of a channel, trimmed to it; otherwise at the playhead": (
        "In die Lücke zwischen zwei ausgewählten Streifen eines Kanals, auf sie getrimmt; sonst an den Abspielkopf"
    ),
    "Into the gap between two selected strips, or around the playhead on the active strip's channel, trimmed to it": (
        "In die Lücke zwischen zwei ausgewählten Streifen, oder um den Abspielkopf auf dem Kanal des aktiven "
        "Streifens, auf sie getrimmt"
    ),
    "Its clip is among the deleted takes, and lists leave it out": (
        "Sein Clip liegt bei den gelöschten Takes, und Listen lassen ihn aus"
    ),
    "Job": "Auftrag",
    "Keep Its Sound": "Seinen Ton behalten",
    "Keep Key": "Schlüssel behalten",
    "Keep the account's key in the system's keyring, or in a file that only you can read": (
        "Den Schlüssel des Kontos im Schlüsselbund des Systems ablegen, oder in einer Datei, die nur Sie lesen können"
    ),
    "Kind": "Art",
    "Kling's number for it; “retake voices” and “elements” list them": (
        "Klings Nummer dafür; „retake voices“ und „elements“ listen sie auf"
    ),
    "Left of it is the take that the strip shows, right of it the other one": (
        "Links davon ist der Take, den der Streifen zeigt, rechts davon der andere"
    ),
    "Length": "Länge",
    "Length (s)": "Länge (s)",
    "Let Kling make sound with the picture": "Kling auch den Ton machen lassen",
    "Let all strips of the shot show this take, in place": (
        "Alle Streifen des Shots an Ort und Stelle diesen Take zeigen lassen"
    ),
    "Let the shot have this length": "Dem Shot diese Länge geben",
    "Let the shots of all selected strips show the take before, in place": (
        "Die Shots aller ausgewählten Streifen an Ort und Stelle den vorigen Take zeigen lassen"
    ),
    "Let the shots of all selected strips show their next take, in place": (
        "Die Shots aller ausgewählten Streifen an Ort und Stelle den nächsten Take zeigen lassen"
    ),
    "List": "Liste",
    "Loading …": "Wird geladen …",
    "Looking for a key …": "Ein Schlüssel wird gesucht …",
    "Model": "Modell",
    "More": "Mehr",
    "Motion": "Bewegung",
    "Muted by Retake, as the take shown has no sound": (
        "Von Retake stumm geschaltet, da der gezeigte Take keinen Ton hat"
    ),
    "Name": "Name",
    "Name in the prompt": "Name im Prompt",
    "Negative": "Negativ",
    "No key is set": "Es ist kein Schlüssel gesetzt",
    "Not used while rehearsing": "Beim Proben nicht gebraucht",
    "Nothing is being made. Describe a shot above": "Nichts ist in Arbeit. Beschreiben Sie oben einen Shot",
    "Nothing is sent that would pass this in one day (UTC), counted over all files. 0: no limit": (
        "Es wird nichts gesendet, was dies an einem Tag (UTC) überschritte, über alle Dateien gezählt. 0: keine Grenze"
    ),
    "Nothing is under way": "Nichts ist unterwegs",
    "One moment …": "Einen Augenblick …",
    "Open Retake's documentation, which is kept with the extension": (
        "Die Dokumentation von Retake öffnen, die bei der Erweiterung liegt"
    ),
    "Open the prompt in a text editor beside the sequencer. Field and text stay in step": (
        "Den Prompt in einem Texteditor neben dem Sequenzer öffnen. Feld und Text bleiben gleich"
    ),
    "Orientation": "Ausrichtung",
    "Otherwise Kling's own is used": "Sonst gilt Klings eigene",
    "Over Strip": "Über den Streifen",
    "Pan": "Schwenk",
    "Paused: nothing new is sent": "Pause: Neues wird nicht gesendet",
    "Pictures that the prompt names": "Bilder, die der Prompt nennt",
    "Place": "Ort",
    "Price": "Preis",
    "Prompt": "Prompt",
    "Prompt Strength": "Stärke des Prompts",
    "Prompt Text": "Text des Prompts",
    "Put this take at the playhead as a strip of its own": "Diesen Take als eigenen Streifen an den Abspielkopf legen",
    "Put this take on the strips that wait for it, or into its shot's list, once more: after an undo, say": (
        "Diesen Take noch einmal auf die Streifen legen, die auf ihn warten, oder in die Liste seines Shots: nach "
        "einem Rückgängig etwa"
    ),
    "Put what the selected strip's take was made from into the Shot panel": (
        "In das Feld Shot setzen, woraus der Take des ausgewählten Streifens gemacht ist"
    ),
    "Quality": "Qualität",
    "Queue": "Warteschlange",
    "Rate": "Rate",
    "Read Retake's ledger, and go on with what is unfinished": (
        "Das Buch von Retake lesen und mit Unfertigem weitermachen"
    ),
    "Recipe": "Rezept",
    "References": "Referenzen",
    "Region": "Region",
    "Rehearsal: nothing is paid": "Probe: Nichts wird bezahlt",
    "Rehearse for Free": "Kostenlos proben",
    "Remove the stored key from keyring and file. What the environment sets stays": (
        "Den gespeicherten Schlüssel aus Schlüsselbund und Datei entfernen. Was die Umgebung setzt, bleibt"
    ),
    "Retake": "Retake",
    "Retake Draft": "Retake-Entwurf",
    "Retake Shot": "Retake-Shot",
    "Roll": "Rollen",
    "Row": "Zeile",
    "Secret Key": "Secret Key",
    "Select a strip of a shot that has takes": "Wählen Sie einen Streifen eines Shots mit Takes",
    "Select a strip of the shot": "Wählen Sie einen Streifen des Shots",
    "Select a strip that Retake made": "Wählen Sie einen Streifen, den Retake gemacht hat",
    "Select strips of shots": "Wählen Sie Streifen von Shots",
    "Send it although the account's packages seem not to be enough: Kling's number may be 12 hours old": (
        "Senden, obwohl die Pakete des Kontos nicht zu reichen scheinen: Klings Zahl kann 12 Stunden alt sein"
    ),
    "Send nothing new for now, or go on. What Kling has goes on, and is fetched": (
        "Vorerst nichts Neues senden, oder weitermachen. Was Kling hat, geht weiter und wird geholt"
    ),
    "Set Prompt Strength": "Stärke des Prompts setzen",
    "Shot": "Shot",
    "Shot Presets": "Shot-Vorgaben",
    "Shots": "Shots",
    "Shots at Once": "Shots gleichzeitig",
    "Show the folder of this take's clip": "Den Ordner des Clips dieses Takes zeigen",
    "Show the folder that this job's clip goes to": "Den Ordner zeigen, in den der Clip dieses Auftrags kommt",
    "Sideways": "Seitwärts",
    "Silenced": "Stumm geschaltet",
    "Sound": "Ton",
    "Square": "Quadratisch",
    "Start Image": "Startbild",
    "Strips show this take: let them show another one first": (
        "Streifen zeigen diesen Take: lassen Sie sie zuerst einen anderen zeigen"
    ),
    "Take": "Take",
    "Take ended jobs out of this list. Ledger, takes and files stay": (
        "Beendete Aufträge aus dieser Liste nehmen. Buch, Takes und Dateien bleiben"
    ),
    "Take it out of the list. Its clip goes to the folder “deleted takes” beside it; nothing is erased": (
        "Ihn aus der Liste nehmen. Sein Clip kommt in den Ordner „deleted takes“ daneben; nichts wird gelöscht"
    ),
    "Take this row out of the list": "Diese Zeile aus der Liste nehmen",
    "Takes": "Takes",
    "Takes Folder": "Ordner für Takes",
    "Text": "Text",
    "The account is a subscription that covers voices: they are not added to prices": (
        "Das Konto ist ein Abonnement mit Stimmen: sie kommen nicht zum Preis hinzu"
    ),
    "The address of the video whose motion is followed, 3 to 30 s. Kling fetches it from the internet": (
        "Die Adresse des Videos, dessen Bewegung gefolgt wird, 3 bis 30 s. Kling holt es aus dem Internet"
    ),
    "The character faces as in its image; 3 to 10 s": "Die Figur blickt wie in ihrem Bild; 3 bis 10 s",
    "The character of an image moves as a video does": "Die Figur eines Bildes bewegt sich wie ein Video",
    "The character turns as in the video; 3 to 30 s": "Die Figur dreht sich wie im Video; 3 bis 30 s",
    "The clip came with sound": "Der Clip kam mit Ton",
    "Size": "Größe",
    "Width and height of the clip; 0 where not known": "Breite und Höhe des Clips; 0, wo sie nicht bekannt sind",
    "The clip keeps the video's own sound": "Der Clip behält den Ton des Videos",
    "The clip's frames per second, as a fraction": "Einzelbilder pro Sekunde des Clips, als Bruch",
    "The clip, relative to the .blend where it can be": "Der Clip, wo möglich relativ zur .blend",
    "The first frame: jpg or png, up to 10 MB, sides from 300 px": (
        "Das erste Bild: jpg oder png, bis 10 MB, Seiten ab 300 px"
    ),
    "The job in Retake's ledger that made this take": "Der Auftrag in Retakes Buch, der diesen Take gemacht hat",
    "The job whose take this strip waits for; empty on other strips": (
        "Der Auftrag, auf dessen Take dieser Streifen wartet; sonst leer"
    ),
    "The last frame: jpg or png, up to 10 MB, sides from 300 px": (
        "Das letzte Bild: jpg oder png, bis 10 MB, Seiten ab 300 px"
    ),
    "The older kind, of two keys": "Die ältere Art aus zwei Schlüsseln",
    "The picture's shape; with a start image its own is kept": (
        "Die Form des Bildes; mit einem Startbild bleibt dessen eigene"
    ),
    "The price is known once the video is looked at": "Der Preis steht fest, sobald das Video angesehen ist",
    "The prompt calls it @image_1, @image_2 … by its place: jpg or png, up to 10 MB, sides from 300 px": (
        "Der Prompt nennt es nach seinem Platz @image_1, @image_2 …: jpg oder png, bis 10 MB, Seiten ab 300 px"
    ),
    "The prompt says how the camera moves": "Der Prompt sagt, wie sich die Kamera bewegt",
    "The shot this strip belongs to; empty on other strips": "Der Shot, zu dem dieser Streifen gehört; sonst leer",
    "The shots of this scene's edit": "Die Shots im Schnitt dieser Szene",
    "The size of the picture": "Die Größe des Bildes",
    "The strip shows {:.1f} s": "Der Streifen zeigt {:.1f} s",
    "The take that the shot's strips show": "Der Take, den die Streifen des Shots zeigen",
    "The take this strip shows; 0 while there is none": "Der Take, den dieser Streifen zeigt; 0, solange keiner da ist",
    "The text that is kept in step with the prompt": "Der Text, der mit dem Prompt gleich bleibt",
    "Tilt": "Neigen",
    "Turn about the line of sight": "Um die Blickachse drehen",
    "Turn left or right": "Nach links oder rechts drehen",
    "Turn up or down": "Nach oben oder unten drehen",
    "Up or down": "Nach oben oder unten",
    "Up to 40 letters, digits, dots, dashes and underscores. Empty: the next free name": (
        "Bis zu 40 Buchstaben, Ziffern, Punkte, Binde- und Unterstriche. Leer: der nächste freie Name"
    ),
    "Upright": "Hochformat",
    "Use a local Kling on this computer. Its clips show prompt and frame number; nothing is paid": (
        "Ein lokales Kling auf diesem Rechner benutzen. Seine Clips zeigen Prompt und Bildnummer; nichts wird bezahlt"
    ),
    "Use {:d} s": "{:d} s nehmen",
    "Vertical": "Senkrecht",
    "Video": "Video",
    "Voices": "Stimmen",
    "Voices Are Included": "Stimmen sind enthalten",
    "Voices of the account or of Kling's own": "Stimmen des Kontos oder Klings eigene",
    "What Kling billed, in units; empty where it did not say": (
        "Was Kling berechnet hat, in Einheiten; leer, wo es nichts sagte"
    ),
    "What the compared strip cuts off at its left, in pixels": (
        "Was der verglichene Streifen links abschneidet, in Pixeln"
    ),
    "What the prompt calls it, as in [Anna@Name] or @Name": "Wie der Prompt es nennt, wie in [Anna@Name] oder @Name",
    "What the shot is made from": "Woraus der Shot gemacht wird",
    "What the shot must not show; up to 2,500 characters": "Was der Shot nicht zeigen darf; bis zu 2500 Zeichen",
    "What the shot shows. Dialogue as [Anna, whispering]: “We made it.”": (
        "Was der Shot zeigt. Dialog als [Anna, whispering]: “We made it.”"
    ),
    "What this strip is for while two takes are compared; empty on other strips": (
        "Wozu dieser Streifen dient, während zwei Takes verglichen werden; sonst leer"
    ),
    "What was asked for, as JSON; holds no key": "Was bestellt war, als JSON; ohne Schlüssel",
    "Where Generate puts the shot": "Wohin Erzeugen den Shot legt",
    "Where clips go; beside the .blend where it begins with //": (
        "Wohin Clips kommen; neben die .blend, wo es mit // beginnt"
    ),
    "Where the account is. A key of one region does not open the other": (
        "Wo das Konto ist. Ein Schlüssel der einen Region öffnet die andere nicht"
    ),
    "Which of Kling's models makes the shot": "Welches Modell von Kling den Shot macht",
    "Which way the character faces, and how long the video may be": (
        "Wohin die Figur blickt, und wie lang das Video sein darf"
    ),
    "Wide": "Querformat",
    "Zoom": "Zoom",
    "failed: see Queue": "fehlgeschlagen: siehe Warteschlange",
    "paused": "Pause",
    "{:.1f} s more lie behind its right handle": "{:.1f} s mehr liegen hinter seinem rechten Griff",
    "{:.1f} s of the room stay empty": "{:.1f} s des Platzes bleiben leer",
    "{:s} is on its way": "{:s} ist unterwegs",
    # How far a job is.
    "waits for its turn": "wartet, bis er dran ist",
    "is being prepared": "wird vorbereitet",
    "is being sent": "wird gesendet",
    "Retake asks Kling what became of it": "Retake fragt Kling, was daraus wurde",
    "waits in Kling's queue": "wartet in Klings Warteschlange",
    "Kling is working on it": "Kling arbeitet daran",
    "fetching the take": "der Take wird geholt",
    "the take is there": "der Take ist da",
    "on the timeline": "auf der Zeitleiste",
    "Kling could not make it": "Kling konnte es nicht machen",
    "refused; nothing was paid": "abgelehnt; nichts wurde bezahlt",
    "called back": "zurückgerufen",
    "A new shot that begins with what is seen at the playhead, and goes there": (
        "Ein neuer Shot, der mit dem beginnt, was am Abspielkopf zu sehen ist, und dort liegt"
    ),
    (
        "A shot for every gap of the selected strip's channel, or of those between the selected strips, "
        "from the last frame before it to the first one after it. It costs what the dialog says"
    ): (
        "Ein Shot für jede Lücke des Kanals des ausgewählten Streifens, oder für die zwischen den "
        "ausgewählten Streifen, vom letzten Bild davor bis zum ersten danach. Er kostet, was der Dialog "
        "sagt"
    ),
    "AWS, Cloudflare R2, Backblaze B2, MinIO": "AWS, Cloudflare R2, Backblaze B2, MinIO",
    "Account": "Konto",
    "Address": "Adresse",
    "After Strip": "Nach dem Streifen",
    "Amazon S3 or Alike": "Amazon S3 oder Verwandtes",
    "Amazon's own": "die von Amazon",
    "Azure Blob Storage": "Azure Blob Storage",
    "Backwards": "Rückwärts",
    "Before Strip": "Vor dem Streifen",
    "Bucket": "Bucket",
    "Container": "Container",
    (
        "Describe a shot from the last frame of the strip on the left to the first one of the strip on the "
        "right, as they are seen, trimmed to the gap. Select the two strips, or put the playhead into a "
        "gap of a strip's channel"
    ): (
        "Einen Shot beschreiben, vom letzten Bild des linken Streifens bis zum ersten des rechten, wie sie "
        "zu sehen sind, auf die Lücke gekürzt. Die beiden Streifen auswählen oder den Abspielkopf in eine "
        "Lücke im Kanal eines Streifens setzen"
    ),
    "Describe a shot that goes on where the selected strip ends, or that leads to where it begins": (
        "Einen Shot beschreiben, der dort weitergeht, wo der ausgewählte Streifen endet, oder dorthin "
        "führt, wo er beginnt"
    ),
    "Edit at the Playhead": "Schnitt am Abspielkopf",
    "Enter the storage's keys first": "Zuerst die Schlüssel des Speichers eingeben",
    (
        "Exactly over the strip that the motion comes from; into the gap between two selected strips of a "
        "channel, trimmed to it; otherwise at the playhead"
    ): (
        "Genau über den Streifen, von dem die Bewegung kommt; in die Lücke zwischen zwei ausgewählten "
        "Streifen eines Kanals, auf sie gekürzt; sonst an den Abspielkopf"
    ),
    "Finding": "Befund",
    "First Frame of the Selected Strip": "Erstes Bild des ausgewählten Streifens",
    "Forget the storage's keys?": "Die Schlüssel des Speichers vergessen?",
    "Forwards": "Vorwärts",
    "From its last visible frame on": "Ab seinem letzten sichtbaren Bild",
    "Google Cloud Storage": "Google Cloud Storage",
    "How many frames of the edit the video lasts": "Wie viele Bilder des Schnitts das Video dauert",
    "It has to be there already": "Er muss schon da sein",
    "Its JSON file, which stays where it is": "Seine JSON-Datei, die bleibt, wo sie ist",
    "Keep the storage's keys in the system's keyring, or in a file that only you can read": (
        "Die Schlüssel des Speichers im Schlüsselbund des Systems aufbewahren oder in einer Datei, die nur "
        "Sie lesen können"
    ),
    "Last Frame of the Selected Strip": "Letztes Bild des ausgewählten Streifens",
    (
        "Let a character move as the selected strip does: what the strip shows, 3 to 30 s, becomes the "
        "motion reference, and the shot goes exactly over it. Nothing is sent before Generate"
    ): (
        "Eine Figur sich bewegen lassen wie der ausgewählte Streifen: was er zeigt, 3 bis 30 s, wird zur "
        "Bewegungsreferenz, und der Shot liegt genau darüber. Vor Erzeugen wird nichts gesendet"
    ),
    "Let a frame of the edit be this image": "Ein Bild des Schnitts für dieses Bild nehmen",
    "Make a file that Kling takes, of the part that it can use, and let the shot follow that": (
        "Eine Datei machen, die Kling nimmt, aus dem Teil, den es nutzen kann, und den Shot ihr folgen lassen"
    ),
    "Motion Frames": "Bilder der Bewegung",
    "Motion Offset": "Versatz der Bewegung",
    "Motion Strip": "Streifen der Bewegung",
    "None": "Keiner",
    "Nothing is uploaded: videos are given by their addresses": (
        "Nichts wird hochgeladen: Videos werden mit ihrer Adresse angegeben"
    ),
    "Of": "Von",
    "Of the bucket; auto for R2": "Des Buckets; auto bei R2",
    "On the selected strip's channel, ending where it begins": (
        "Auf dem Kanal des ausgewählten Streifens, bis dorthin, wo er beginnt"
    ),
    "On the selected strip's channel, from its end on, up to the next strip": (
        "Auf dem Kanal des ausgewählten Streifens, von seinem Ende bis zum nächsten Streifen"
    ),
    "Put a small object there, fetch it by its address as Kling would, and delete it": (
        "Ein kleines Objekt dort ablegen, es über seine Adresse holen wie Kling und es löschen"
    ),
    "Remove the storage's keys from keyring and file. What the environment sets stays": (
        "Die Schlüssel des Speichers aus Schlüsselbund und Datei entfernen. Was die Umgebung setzt, bleibt"
    ),
    "Retake touches nothing outside of it": "Retake rührt außerhalb davon nichts an",
    "Select a movie, image, scene or meta strip": "Einen Film-, Bild-, Szenen- oder Meta-Streifen auswählen",
    "Select a strip of a channel that has gaps": "Einen Streifen eines Kanals auswählen, der Lücken hat",
    "Select two strips with a gap between them, or put the playhead into a gap of a strip's channel": (
        "Zwei Streifen mit einer Lücke dazwischen auswählen oder den Abspielkopf in eine Lücke im Kanal "
        "eines Streifens setzen"
    ),
    "Selected Strip at the Playhead": "Ausgewählter Streifen am Abspielkopf",
    "Service Account": "Dienstkonto",
    "Stop what is being read, and take the message away": "Das Lesen abbrechen und die Meldung wegnehmen",
    "Storage": "Speicher",
    "Such as https://account.r2.cloudflarestorage.com": "Etwa https://account.r2.cloudflarestorage.com",
    "The first one that is seen of it": "Das erste, das von ihm zu sehen ist",
    "The last one that is seen of it": "Das letzte, das von ihm zu sehen ist",
    "The name of the storage account": "Der Name des Speicherkontos",
    "The shot begins with it, or the character is in it": "Der Shot beginnt damit, oder die Figur ist darin",
    "The shot ends with it": "Der Shot endet damit",
    "The strip alone; its nearest frame if the playhead is beside it": (
        "Der Streifen allein; sein nächstes Bild, wenn der Abspielkopf daneben steht"
    ),
    "The strip that the video was made of; the shot goes over it": (
        "Der Streifen, aus dem das Video gemacht wurde; der Shot liegt darüber"
    ),
    "The video is being looked at …": "Das Video wird angesehen …",
    "The video whose motion is followed, 3 to 30 s: a file, mp4 or mov up to 100 MB, or an address": (
        "Das Video, dessen Bewegung gefolgt wird, 3 bis 30 s: eine Datei, mp4 oder mov bis 100 MB, oder eine Adresse"
    ),
    "There is no strip yet": "Es gibt noch keinen Streifen",
    "Towards": "Richtung",
    "Up to its first visible frame": "Bis zu seinem ersten sichtbaren Bild",
    "What happens between the two strips": "Was zwischen den beiden Streifen geschieht",
    "What is seen there, all strips together": "Was dort zu sehen ist, alle Streifen zusammen",
    "Where reference videos are put, for a few hours, for Kling to fetch them": (
        "Wo Referenzvideos für ein paar Stunden liegen, damit Kling sie holen kann"
    ),
    "Where the video begins in the strip's content, in frames": (
        "Wo im Inhalt des Streifens das Video beginnt, in Bildern"
    ),
    "Which motion reference this strip gave; else empty": "Welche Bewegungsreferenz dieser Streifen gab; sonst leer",
    "Whose frame it is": "Wessen Bild es ist",
    "With the JSON file of a service account": "Mit der JSON-Datei eines Dienstkontos",
    "With the account's key": "Mit dem Schlüssel des Kontos",
    "or https://…": "oder https://…",
    "{:.1f} s more lie beyond its handles": "{:.1f} s mehr liegen jenseits seiner Griffe",
    "{:.1f} s of room on channel {:d}": "{:.1f} s Platz auf Kanal {:d}",
    "Field": "Feld",
    "Folder": "Ordner",
    "Reference": "Referenz",
    "Fill All Gaps": "Alle Lücken füllen",
    "0.5 credits, 0.05 units": "0,5 Credits, 0,05 Einheiten",
    "A character, a thing or a place": "Eine Figur, ein Ding oder ein Ort",
    "A way of speaking": "Eine Art zu sprechen",
    "Clone Voice": "Stimme klonen",
    (
        "Clone a voice from what the selected strip plays: 5 to 30 s of one person speaking, without "
        "music. It costs 0.05 units, and the recording goes to Kling"
    ): (
        "Eine Stimme aus dem klonen, was der ausgewählte Streifen spielt: 5 bis 30 s, in denen eine Person "
        "spricht, ohne Musik. Es kostet 0,05 Einheiten, und die Aufnahme geht an Kling"
    ),
    "Delete it from Kling's account, for all projects. It cannot be undone": (
        "Aus dem Konto bei Kling löschen, für alle Projekte. Es lässt sich nicht rückgängig machen"
    ),
    "Description": "Beschreibung",
    "Frames spread over the strip": "Über den Streifen verteilte Bilder",
    "Further Views": "Weitere Ansichten",
    "Let the shot have it. The prompt calls a voice as in [Anna@Name], an element @Name": (
        "Dem Shot geben. Der Prompt nennt eine Stimme wie in [Anna@Name], ein Element @Name"
    ),
    "Library": "Bibliothek",
    "List the voices and elements of the account, and Kling's own. Costs nothing": (
        "Die Stimmen und Elemente des Kontos auflisten, und die von Kling. Kostet nichts"
    ),
    "Make Element": "Element machen",
    (
        "Make a character, thing or place of what the selected strip shows: the playhead's frame as its "
        "front, and others of the strip as further views. Costs nothing; the pictures go to Kling"
    ): (
        "Eine Figur, ein Ding oder einen Ort aus dem machen, was der ausgewählte Streifen zeigt: das Bild "
        "am Abspielkopf als Vorderansicht, andere des Streifens als weitere Ansichten. Kostet nichts; die "
        "Bilder gehen an Kling"
    ),
    "Play what the voice was made of": "Abspielen, woraus die Stimme gemacht wurde",
    "Select a sound strip, or a movie strip with sound": (
        "Einen Tonstreifen auswählen, oder einen Filmstreifen mit Ton"
    ),
    "The account is being read …": "Das Konto wird gelesen …",
    "Up to 20 characters; the prompt calls it so": "Bis zu 20 Zeichen; der Prompt nennt es so",
    "What it is, in up to 100 characters": "Was es ist, in bis zu 100 Zeichen",
    "Asked For": "Angefragt",
    "The jobs that this shot asked for": "Die Aufträge, die dieser Shot angefragt hat",
    "Element": "Element",
    "Voice": "Stimme",
    "Cuts": "Schnitte",
    "Parts of one clip, one after the other": "Teile eines Clips, einer nach dem anderen",
    "Each cut has its own text: this prompt is not sent": (
        "Jeder Schnitt hat seinen eigenen Text: dieser Prompt wird nicht gesendet"
    ),
    "What this part of the clip shows; up to 512 characters": "Was dieser Teil des Clips zeigt; bis zu 512 Zeichen",
    (
        "Let the selected shots, up to six that follow each other, be the cuts of one shot: their prompts "
        "and lengths, with all their elements. One request makes it, and each cut gets a strip of its own"
    ): (
        "Die ausgewählten Shots, bis zu sechs, die aufeinander folgen, zu den Schnitten eines Shots "
        "machen: ihre Prompts und Längen, mit allen ihren Elementen. Eine Anfrage macht ihn, und jeder "
        "Schnitt bekommt einen eigenen Streifen"
    ),
    "Select two or more strips that Retake made": "Zwei oder mehr Streifen auswählen, die Retake gemacht hat",
    "Extend": "Fortsetzen",
    "Over the strip, from frame {:d} on": "Über dem Streifen, ab Bild {:d}",
    "From": "Aus",
    "What Kling gets to know it by": "Woran Kling es kennenlernt",
    "The playhead's frame and further ones of the strip": "Das Bild am Abspielkopf und weitere des Streifens",
    "All that the strip shows: 3 to 8 s of one person in 1080p; speech is cloned": (
        "Alles, was der Streifen zeigt: 3 bis 8 s einer Person in 1080p; die Sprache wird geklont"
    ),
    "Lip-Sync": "Lippen anpassen",
    (
        "Let a face of this shot's take say what the other selected strip plays, where the two meet: 2 to 50 s. It "
        "becomes a take of the shot, with that sound, and costs what the dialog says"
    ): (
        "Ein Gesicht im Take dieses Shots sagen lassen, was der andere ausgewählte Streifen spielt, wo sich beide "
        "treffen: 2 bis 50 s. Es wird ein Take des Shots, mit diesem Ton, und kostet, was der Dialog sagt"
    ),
    "Select a sound strip and then, as the active one, the shot that is to say it": (
        "Einen Tonstreifen auswählen und dann, als aktiven, den Shot, der ihn sagen soll"
    ),
    "Allow Online Access is off in Blender's preferences (System, Network), or start it with --online-mode.": (
        "„Online-Zugriff erlauben“ ist in Blenders Einstellungen aus (System, Netzwerk); oder Blender mit "
        "--online-mode starten."
    ),
    "Blender was started with --offline-mode: Kling cannot be reached.": (
        "Blender wurde mit --offline-mode gestartet: Kling ist nicht zu erreichen."
    ),
    "Before a file is saved, takes go to “Retake takes” in your home folder": (
        "Bis die Datei gespeichert ist, kommen Takes nach „Retake takes“ in Ihrem Benutzerordner"
    ),
    "Describe what the shot shows: its price stands here then": (
        "Beschreiben, was der Shot zeigt: dann steht hier sein Preis"
    ),
    "No voice or element of your own yet: make one from a strip": (
        "Noch keine eigene Stimme und kein eigenes Element: aus einem Streifen machen"
    ),
    "One person who speaks, without music. You need their consent": (
        "Eine Person, die spricht, ohne Musik. Sie brauchen ihre Einwilligung"
    ),
    (
        "Regenerate asks for the prompt above, which is another one than this take's. The pencil brings its own"
    ): "Neu erzeugt wird mit dem Prompt oben; der dieses Takes ist ein anderer. Der Stift holt ihn",
    "Retake did not make this strip. It can be the first take of a shot": (
        "Diesen Streifen hat Retake nicht gemacht. Er kann der erste Take eines Shots werden"
    ),
    "Select a strip of the shot to choose between its takes": (
        "Einen Streifen des Shots auswählen, um zwischen seinen Takes zu wählen"
    ),
    "Select a strip that Retake made to see its takes": (
        "Einen Streifen auswählen, den Retake gemacht hat, um seine Takes zu sehen"
    ),
    "Select a strip, 3 to 30 s long, and take its motion; or choose a video": (
        "Einen Streifen von 3 bis 30 s auswählen und seine Bewegung nehmen; oder ein Video wählen"
    ),
    "They need to read, write and delete objects. They never get into a file of yours": (
        "Sie müssen Objekte lesen, schreiben und löschen dürfen. In Ihre Dateien kommen sie nie"
    ),
    "This shot has no take yet. Regenerate asks Kling for one": (
        "Dieser Shot hat noch keinen Take. „Neu erzeugen“ bestellt einen bei Kling"
    ),
    "You find it in Kling's console, under API Keys. It never gets into a file of yours": (
        "Sie finden ihn in Klings Konsole unter „API Keys“. In Ihre Dateien kommt er nie"
    ),
    "Click to select its strip and frame it": "Klicken, um seinen Streifen auszuwählen und einzupassen",
    "Content": "Inhalt",
    "Copy all findings as text, to paste them into a message": (
        "Alle Befunde als Text kopieren, um sie in eine Nachricht einzufügen"
    ),
    "Esc stops it": "Esc bricht ab",
    "Fate": "Verbleib",
    "Feature": "Merkmal",
    "Give the stand-ins the media that was found": "Den Platzhaltern die gefundenen Medien geben",
    "Half Import": "Halber Import",
    "Its keyframe lies where the missing media of this stand-in begins": (
        "Sein Keyframe liegt dort, wo die fehlenden Medien dieses Platzhalters beginnen"
    ),
    "Nothing was imported or exported yet": "Es wurde noch nichts importiert oder exportiert",
    "Flatten Metas": "Metas auflösen",
    "Metas as the strips within them, for what reads no nested edits": (
        "Metas als die Streifen, die in ihnen liegen, für alles, was keine geschachtelten Schnitte liest"
    ),
    "Without Missing Media": "Ohne fehlende Medien",
    "Write an .otioz or .otiod even where media is missing: those strips go without it": (
        "Eine .otioz oder .otiod auch schreiben, wenn Medien fehlen: Diese Streifen gehen ohne sie hinaus"
    ),
    "Nothing was lost": "Nichts ging verloren",
    "Reason": "Grund",
    "Select the strip of this finding and frame it": "Den Streifen dieses Befunds auswählen und einpassen",
    "Take the report away": "Den Bericht entfernen",
    "The report is in the clipboard": "Der Bericht ist in der Zwischenablage",
    "There is no edit to export: the Video Sequencer has no strips": (
        "Es gibt keinen Schnitt zum Exportieren: Der Video-Sequenzer hat keine Streifen"
    ),
    "What an import or export kept, and what it could not keep, is listed here strip by strip.": (
        "Was ein Import oder Export behielt und was nicht, steht hier Streifen für Streifen."
    ),
    "Which import is being written into this scene; empty while none is": (
        "Welcher Import gerade in diese Szene geschrieben wird; sonst leer"
    ),
    "Which import wrote this strip; empty on other strips": (
        "Welcher Import diesen Streifen schrieb; bei anderen Streifen leer"
    ),
    "and {count} more, which Copy Report has": "und {count} weitere, die „Bericht kopieren“ enthält",
    "{count} approximated": "{count} angenähert",
    "{count} dropped": "{count} weggelassen",
    "{count} finding": "{count} Befund",
    "{count} findings": "{count} Befunde",
    "{count} strip lacks its media": "{count} Streifen fehlen seine Medien",
    "{count} strips lack their media": "{count} Streifen fehlen ihre Medien",
    "{kept} of {all} strip kept": "{kept} von {all} Streifen behalten",
    "{kept} of {all} strips kept": "{kept} von {all} Streifen behalten",
    "{name} is not on this timeline": "{name} ist nicht auf dieser Timeline",
    "{what}: {done} of {all} strips": "{what}: {done} von {all} Streifen",
    "The edit is being imported": "Der Schnitt wird importiert",
    "Missing media is brought back": "Fehlende Medien werden zurückgeholt",
    "It was stopped: all is as it was before.": "Es wurde abgebrochen: Alles ist wie zuvor.",
    "It was stopped: what was done stays.": "Es wurde abgebrochen: Was getan ist, bleibt.",
    "It was ended and taken back, as something was undone or redone. Do it again.": (
        "Es wurde beendet und zurückgenommen, da etwas rückgängig gemacht oder wiederholt wurde. Bitte noch einmal."
    ),
    "Half of an import was taken away: it was never written to its end.": (
        "Ein halber Import wurde entfernt: Er wurde nie zu Ende geschrieben."
    ),
    "The edit is being written": "Der Schnitt wird geschrieben",
    "The edit is being read": "Der Schnitt wird gelesen",
    "The edits are being compared": "Die Schnitte werden verglichen",
    "Missing media is being looked for": "Fehlende Medien werden gesucht",
}
