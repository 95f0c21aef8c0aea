// Package worker makes workers for wws of net/http handlers.
//
//	func main() {
//		worker.ServeFunc(func(w http.ResponseWriter, r *http.Request) {
//			fmt.Fprintf(w, "You asked for %s\n", r.URL.Path)
//		})
//	}
//
// Build with GOOS=wasip1 GOARCH=wasm go build -o hello.wasm. The parameters of the route and the
// worker's namespace of the key/value store are in the request's context, under ParamsKey and
// CacheKey; Params and Cache get them without a type assertion.
package worker

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"context"
)

// ContextKey is the type of the keys of what a request's context holds.
type ContextKey string

const (
	// CacheKey has the namespace of the key/value store: a map[string]string. What the handler leaves in
	// it is stored, unless the handler panics.
	CacheKey ContextKey = "CACHE"
	// ParamsKey has the parameters of the route: a map[string]string.
	ParamsKey ContextKey = "PARAMS"
)

// Cache is the worker's namespace of the key/value store.
func Cache(r *http.Request) map[string]string { return find(r, CacheKey) }

// Params are the parameters of the route.
func Params(r *http.Request) map[string]string { return find(r, ParamsKey) }

func find(r *http.Request, key ContextKey) map[string]string {
	values, _ := r.Context().Value(key).(map[string]string)
	return values
}

// ServeFunc runs one request through a function.
func ServeFunc(handler http.HandlerFunc) { Serve(handler) }

// Serve runs one request: it is the whole of main. A request that cannot be read ends the program with
// exit code 1, which the server answers with 500; so does a panic. Both leave the store as it was.
func Serve(handler http.Handler) {
	if err := serve(handler, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}

// The request as the server writes it.
type input struct {
	URL     string            `json:"url"`
	Method  string            `json:"method"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Base64  bool              `json:"base64"`
	KV      map[string]string `json:"kv"`
	Params  map[string]string `json:"params"`
}

// The response as the server reads it. A field that repeats has several values.
type output struct {
	Data    string              `json:"data"`
	Headers map[string][]string `json:"headers"`
	Status  int                 `json:"status"`
	KV      map[string]string   `json:"kv"`
	Base64  bool                `json:"base64,omitempty"`
}

func serve(handler http.Handler, stdin io.Reader, stdout io.Writer) error {
	var in input
	if err := json.NewDecoder(stdin).Decode(&in); err != nil {
		return fmt.Errorf("the request cannot be read: %w", err)
	}
	if in.KV == nil {
		in.KV = map[string]string{}
	}
	request, err := newRequest(&in)
	if err != nil {
		return fmt.Errorf("the request cannot be read: %w", err)
	}
	response := &responseWriter{header: http.Header{}}
	if err := call(handler, response, request); err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(response.output(in.KV))
}

// call turns a panic into an error, so that nothing of a response that is half done gets out.
func call(handler http.Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the handler panicked: %v\n%s", reason, debug.Stack())
		}
	}()
	handler.ServeHTTP(w, r)
	return nil
}

func newRequest(in *input) (*http.Request, error) {
	body := []byte(in.Body)
	if in.Base64 {
		decoded, err := base64.StdEncoding.DecodeString(in.Body)
		if err != nil {
			return nil, err
		}
		body = decoded
	}
	request, err := http.NewRequest(in.Method, in.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range in.Headers {
		request.Header.Set(name, value)
	}
	request.RequestURI = request.URL.RequestURI()
	ctx := context.WithValue(request.Context(), CacheKey, in.KV)
	return request.WithContext(context.WithValue(ctx, ParamsKey, in.Params)), nil
}

// responseWriter keeps everything until the handler returns: Write may be called as often as one likes.
type responseWriter struct {
	header http.Header
	sent   http.Header // as it was when the status was written; later changes do not count
	status int
	body   bytes.Buffer
}

func (w *responseWriter) Header() http.Header { return w.header }

func (w *responseWriter) WriteHeader(status int) {
	// https://pkg.go.dev/net/http#ResponseWriter: the first call counts; 1xx are not final.
	if w.status != 0 || status < 200 {
		return
	}
	w.status = status
	w.sent = w.header.Clone()
}

func (w *responseWriter) Write(data []byte) (int, error) {
	if w.status == 0 {
		if w.header.Get("Content-Type") == "" {
			w.header.Set("Content-Type", http.DetectContentType(data))
		}
		w.WriteHeader(http.StatusOK)
	}
	return w.body.Write(data)
}

func (w *responseWriter) output(kv map[string]string) *output {
	w.WriteHeader(http.StatusOK)
	out := &output{Headers: map[string][]string{}, Status: w.status, KV: kv}
	for name, values := range w.sent {
		for _, value := range values {
			out.Headers[strings.ToLower(name)] = append(out.Headers[strings.ToLower(name)], value)
		}
	}
	if body := w.body.Bytes(); utf8.Valid(body) {
		out.Data = string(body)
	} else {
		out.Data = base64.StdEncoding.EncodeToString(body)
		out.Base64 = true
	}
	return out
}
