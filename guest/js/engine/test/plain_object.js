//$ no-handler
// An object in a script is no handler.
({ fetch() { return new Response("x"); } });

//> GET http://a.test/
//! 3 the worker has no handler
