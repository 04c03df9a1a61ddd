// Attaches each part to the page it finds itself on. Every page works without this file.

import { keepDraft } from "./parts/draft.js";
import { live } from "./parts/live.js";
import { noteUnderWay, player } from "./parts/player.js";
import { noteList, takeOver } from "./parts/questions.js";
import { watchForms } from "./parts/saving.js";
import { ready } from "./parts/ready.js";
import { start } from "./parts/start.js";
import { isPossible } from "./parts/vault.js";

const noStore = () => {}; // nothing can be kept here: the page stays as the server made it
watchForms(document);
const form = document.querySelector("form[data-player]");
if (form instanceof HTMLFormElement) player(form);
const link = document.querySelector("[data-session-link]");
if (link instanceof HTMLElement) noteUnderWay(link, link.dataset.sessionLink ?? "");
const place = document.querySelector("[data-live]");
const below = document.querySelector("[data-live-dock]");
if (place instanceof HTMLElement && below instanceof HTMLElement) live(place, below, place.dataset.live ?? "", place.dataset.side ?? "");
const draft = document.querySelector("form[data-draft]");
if (draft instanceof HTMLFormElement && isPossible()) keepDraft(draft).catch(noStore);
const asked = document.querySelector("[data-questionnaire]");
if (asked instanceof HTMLElement && isPossible()) takeOver(asked).catch(noStore);
const list = document.querySelector("[data-questionnaires]");
if (list && isPossible()) noteList(list).catch(noStore);
const lines = document.querySelector("[data-ready-page]")?.closest("main");
if (lines) ready(lines);
document.documentElement.dataset.scripts = "on";
start();
