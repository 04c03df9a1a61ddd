// The page without the server: fills itself from the plan on this phone, and makes way when the server is there again.

import { noStore, open } from "./parts/offline.js";
import { start } from "./parts/start.js";

document.documentElement.dataset.scripts = "on";
await open(location.pathname).catch(noStore);
document.documentElement.dataset.page = "open";
start();
