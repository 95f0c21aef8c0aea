//! load ReferenceError: cannot import "./other.js": it is not part of the worker
import { x } from "./other.js";
export default () => new Response(x);
