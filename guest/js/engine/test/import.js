//! load ReferenceError: cannot import "./other.js": a worker is one file
import { x } from "./other.js";
export default () => new Response(x);
