//go:build !wasip1

package worker

func send(method int, uri string, headers []pair, body []byte) (*answer, error) {
	return nil, &RequestError{InternalError, "outbound HTTP is there in a WebAssembly worker only"}
}
