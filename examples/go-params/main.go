// A parameter of the route.
package main

import (
	"fmt"
	"net/http"

	"github.com/vmware-labs/wasm-workers-server/kits/go/worker"
)

func main() {
	worker.ServeFunc(func(w http.ResponseWriter, r *http.Request) {
		params := r.Context().Value(worker.ParamsKey).(map[string]string)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintf(w, "[id].wasm answers; the id is: %s\n", params["id"])
	})
}
