module example/go-envs

go 1.24

require github.com/vmware-labs/wasm-workers-server/kits/go v0.0.0

replace github.com/vmware-labs/wasm-workers-server/kits/go => ../../kits/go
