/** `node --import @keeptabs/instrumentation/register app.js` registers with every option at its default. */
import { register } from "./installation.ts";

register();
