package worker

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

const document = `{"url":"http://h:1/a?b=1","method":"POST","headers":{"x-a":"1"},"body":"hi","kv":{"n":"1","a.b":"2"},"params":{"id":"7"}}`

func run(t *testing.T, document string, handler http.HandlerFunc) map[string]any {
	t.Helper()
	var text strings.Builder
	if err := serve(handler, strings.NewReader(document), &text); err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(text.String()), &out); err != nil {
		t.Fatalf("%s: %v", text.String(), err)
	}
	return out
}

func expect(t *testing.T, what string, got any, wanted string) {
	t.Helper()
	if text, _ := json.Marshal(got); string(text) != wanted {
		t.Errorf("%s is %s, not %s", what, text, wanted)
	}
}

func TestAHandlerGetsTheRequestItsParametersAndTheStore(t *testing.T) {
	out := run(t, document, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		cache := r.Context().Value(CacheKey).(map[string]string)
		cache["seen"] = r.Context().Value(ParamsKey).(map[string]string)["id"]
		w.Header().Set("X-B", "2")
		w.WriteHeader(201)
		io.WriteString(w, r.Method+" "+r.URL.String()+" "+r.Host+" ")
		io.WriteString(w, string(body)+" "+r.Header.Get("X-A"))
	})
	expect(t, "data", out["data"], `"POST http://h:1/a?b=1 h:1 hi 1"`)
	expect(t, "headers", out["headers"], `{"x-b":["2"]}`)
	expect(t, "status", out["status"], `201`)
	expect(t, "kv", out["kv"], `{"a.b":"2","n":"1","seen":"7"}`)
}

func TestAHandlerThatWritesNothingAnswersWithAnEmptyBody(t *testing.T) {
	out := run(t, document, func(http.ResponseWriter, *http.Request) {})
	expect(t, "data", out["data"], `""`)
	expect(t, "status", out["status"], `200`)
}

func TestBytesComeAndGoAsBase64AndFieldsMayRepeat(t *testing.T) {
	binary := `{"url":"/","method":"PUT","headers":{},"body":"AP8=","base64":true,"kv":{},"params":{}}`
	out := run(t, binary, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		io.Copy(w, r.Body)
		w.Header().Set("X-Late", "does not count")
	})
	expect(t, "data", out["data"], `"AP8="`)
	expect(t, "base64", out["base64"], `true`)
	expect(t, "headers", out["headers"], `{"content-type":["application/octet-stream"],"set-cookie":["a=1","b=2"]}`)
}

func TestAFailureWritesNothing(t *testing.T) {
	panics := func(http.ResponseWriter, *http.Request) { panic("no") }
	for text, message := range map[string]string{
		"":                             "cannot be read: EOF",
		`{"url":1}`:                    "cannot be read",
		`{"url":"/","method":"B A D"}`: "invalid method",
		`{"url":"/","method":"GET","body":"%","base64":true}`: "illegal base64",
		document: "the handler panicked: no",
	} {
		var out strings.Builder
		err := serve(http.HandlerFunc(panics), strings.NewReader(text), &out)
		if err == nil || !strings.Contains(err.Error(), message) || out.Len() != 0 {
			t.Errorf("%s: %v, output %q", text, err, out.String())
		}
	}
}

func TestAMethodThatTheInterfaceLacksIsRefused(t *testing.T) {
	request, _ := http.NewRequest("PURGE", "https://example.com/", nil)
	_, err := SendHttpRequest(request)
	if refused, ok := err.(*RequestError); !ok || refused.Kind != InvalidRequest || !strings.Contains(err.Error(), "PURGE") {
		t.Error(err)
	}
}
