//$ no-handler
// An object without fetch() is no handler.
export default { get() { return new Response("x"); } };

//> GET http://a.test/
//! 3 the worker has no handler
