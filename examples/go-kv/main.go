// A counter in the key/value store.
package main

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/vmware-labs/wasm-workers-server/kits/go/worker"
)

func main() {
	worker.ServeFunc(func(w http.ResponseWriter, r *http.Request) {
		cache := r.Context().Value(worker.CacheKey).(map[string]string)
		count, _ := strconv.Atoi(cache["counter"])
		cache["counter"] = strconv.Itoa(count + 1)
		fmt.Fprintf(w, "Counter: %d\n", count)
	})
}
