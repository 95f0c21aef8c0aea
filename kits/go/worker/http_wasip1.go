package worker

import (
	"runtime"
	"unsafe"
)

// The import is in the canonical ABI of wit-bindgen 0.2: strings and lists are (pointer, size), and the
// server allocates what it hands over with canonical_abi_realloc. Pointers have 32 bits.

//go:wasmimport http send-http-request
func sendHTTPRequest(hasBody int32, body unsafe.Pointer, bodySize uint32, headers unsafe.Pointer, headerCount uint32,
	method int32, params unsafe.Pointer, paramCount uint32, uri unsafe.Pointer, uriSize uint32, area unsafe.Pointer)

type word = uint32

type bytesOf struct{ at, size word }

type pairOf struct{ name, value bytesOf }

// 28 bytes: a tag, then a response or an error.
type areaOf struct {
	failed         word
	hasBodyOrError word
	bodyOrMessage  bytesOf
	headers        word
	headerCount    word
	status         word
}

// What the server has allocated during a call, so that the collector leaves it alone.
var allocated [][]uint64

//go:wasmexport canonical_abi_realloc
func canonicalABIRealloc(old, oldSize, align, size uint32) uint32 {
	if size == 0 {
		return align
	}
	block := make([]uint64, (size+7)/8) // aligned to 8
	allocated = append(allocated, block)
	if oldSize > 0 {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&block[0])), size), view(bytesOf{old, oldSize}))
	}
	return place(unsafe.Pointer(&block[0]))
}

//go:wasmexport canonical_abi_free
func canonicalABIFree(at, size, align uint32) {}

func place(at unsafe.Pointer) word { return word(uintptr(at)) }

// The bytes where the server has put them, in a block of `allocated`.
func view(b bytesOf) []byte {
	if b.size == 0 {
		return nil
	}
	var none byte
	base := unsafe.Pointer(&none)
	return unsafe.Slice((*byte)(unsafe.Add(base, int(b.at)-int(uintptr(base)))), b.size)
}

func send(method int, uri string, headers []pair, body []byte) (*answer, error) {
	allocated = nil
	fields := make([]pairOf, len(headers))
	for i, one := range headers {
		fields[i] = pairOf{borrow(one.name), borrow(one.value)}
	}
	hasBody := int32(0)
	if len(body) > 0 {
		hasBody = 1
	}
	var area areaOf
	sendHTTPRequest(hasBody, unsafe.Pointer(unsafe.SliceData(body)), uint32(len(body)),
		unsafe.Pointer(unsafe.SliceData(fields)), uint32(len(fields)), int32(method), nil, 0,
		unsafe.Pointer(unsafe.StringData(uri)), uint32(len(uri)), unsafe.Pointer(&area))
	runtime.KeepAlive(headers) // `fields` has its strings as numbers
	// Tags are one byte; what stands beside them is padding.
	if area.failed&0xff != 0 {
		return nil, &RequestError{HttpError(area.hasBodyOrError & 0xff), string(view(area.bodyOrMessage))}
	}
	received := &answer{status: int(area.status & 0xffff)}
	if area.hasBodyOrError&0xff == 1 {
		received.body = append([]byte(nil), view(area.bodyOrMessage)...)
	}
	list := view(bytesOf{area.headers, area.headerCount * uint32(unsafe.Sizeof(pairOf{}))})
	if len(list) > 0 {
		for _, one := range unsafe.Slice((*pairOf)(unsafe.Pointer(&list[0])), area.headerCount) {
			received.headers = append(received.headers, pair{string(view(one.name)), string(view(one.value))})
		}
	}
	allocated = nil
	return received, nil
}

func borrow(text string) bytesOf {
	return bytesOf{place(unsafe.Pointer(unsafe.StringData(text))), word(len(text))}
}
