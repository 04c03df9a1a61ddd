// Attaches each part to the page it finds itself on. Every page works without this file.

import { player } from "./parts/player.js";
import { watchForms } from "./parts/saving.js";
import { start } from "./parts/start.js";

watchForms(document);
const form = document.querySelector("form[data-player]");
if (form instanceof HTMLFormElement) player(form);
document.documentElement.dataset.scripts = "on";
start();
