module github.com/vmware-labs/wasm-workers-server/kits/go

go 1.24
