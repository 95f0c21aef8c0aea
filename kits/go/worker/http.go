package worker

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// HttpError says what went wrong with an outbound request.
type HttpError int

// The order is the interface's.
const (
	InvalidRequest HttpError = iota
	InvalidRequestBody
	InvalidResponseBody
	NotAllowed
	InternalError
	Timeout
	RedirectLoop
)

func (e HttpError) String() string {
	names := []string{"invalid request", "invalid request body", "invalid response body", "not allowed", "internal error",
		"timeout", "redirect loop"}
	if e < 0 || int(e) >= len(names) {
		return "unknown error"
	}
	return names[e]
}

// RequestError is the error of SendHttpRequest when the server refuses a request or gets no answer.
type RequestError struct {
	Kind    HttpError
	Message string
}

func (e *RequestError) Error() string { return fmt.Sprintf("%s: %s", e.Kind, e.Message) }

// The interface's numbers are the places in this list.
var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"}

type pair struct{ name, value string }

type answer struct {
	status  int
	headers []pair
	body    []byte
}

// SendHttpRequest asks another server, which the worker's [features.http_requests] must allow, and waits
// for the whole response.
func SendHttpRequest(request *http.Request) (*http.Response, error) {
	name := request.Method
	if name == "" {
		name = http.MethodGet
	}
	method := slices.Index(methods, name)
	if method < 0 {
		return nil, &RequestError{InvalidRequest, fmt.Sprintf("the method '%s' cannot be sent; known are %v", name, methods)}
	}
	if request.URL == nil {
		return nil, &RequestError{InvalidRequest, "there is no URL"}
	}
	var body []byte
	if request.Body != nil {
		read, err := io.ReadAll(request.Body)
		if err := errors.Join(err, request.Body.Close()); err != nil {
			return nil, err
		}
		body = read
	}
	var headers []pair
	for name, values := range request.Header {
		for _, value := range values {
			headers = append(headers, pair{name, value})
		}
	}
	received, err := send(method, request.URL.String(), headers, body)
	if err != nil {
		return nil, err
	}
	return received.response(request), nil
}

// Transport is an http.RoundTripper, for code that wants an http.Client.
type Transport struct{}

func (Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	return SendHttpRequest(request)
}

func (a *answer) response(request *http.Request) *http.Response {
	response := &http.Response{
		Status:        fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{},
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       request,
	}
	for _, one := range a.headers {
		response.Header.Add(one.name, one.value)
	}
	return response
}
