//$ variable NAME=value
//$ variable OTHER=1
const NAME = "own";
OTHER += "2";
addEventListener("fetch", (event) => event.respondWith(new Response(NAME + OTHER)));

//> GET http://a.test/
//< 200
//< body own12
