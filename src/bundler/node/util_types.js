// https://nodejs.org/api/util.html#utiltypes
import util from "./util.js";

export default util.types;
