// Creates a post on another server and shows what that one answers.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/vmware-labs/wasm-workers-server/kits/go/worker"
)

func main() {
	worker.ServeFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body, err := createPost(os.Getenv("SOURCE"))
		if err != nil {
			http.Error(w, "The source does not answer: "+err.Error(), http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Source-Status", status)
		w.Write(body)
	})
}

func createPost(source string) (status string, body []byte, err error) {
	post := strings.NewReader(`{"title":"New post!","body":"Sent from a worker","userId":1}`)
	request, err := http.NewRequest(http.MethodPost, source, post)
	if err != nil {
		return "", nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := worker.SendHttpRequest(request)
	if err != nil {
		return "", nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return fmt.Sprint(response.StatusCode), body, err
}
