-- 64 KiB up, and down again.
wrk.method = "POST"
wrk.headers["content-type"] = "application/octet-stream"
wrk.body = string.rep("0123456789abcdef", 4096)
