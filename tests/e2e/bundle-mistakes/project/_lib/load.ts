export { load } from "reads-files";
