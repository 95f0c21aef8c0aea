-- Each answer is of one version, whatever is asked: wrk -s versions.lua URL -- COLUMNS
-- COLUMNS: how many of the three numbers that a worker answers with must be the same.
local paths = {"/", "/deep/er", "/file.txt"}
local threads = {}
local columns = 3

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  columns = tonumber(arguments[1] or 3)
  turn, checked, wrong, first = 0, 0, 0, ""
end

function request()
  turn = turn + 1
  return wrk.format("GET", paths[turn % #paths + 1])
end

local function is_whole(status, body)
  if status ~= 200 then return false end
  if body == "file" then return true end
  local a, b, c = body:match("^%[(%d+),(%d+),(%d+)%]$")
  return a ~= nil and a == b and (columns < 3 or b == c)
end

function response(status, _, body)
  checked = checked + 1
  if is_whole(status, body) then return end
  wrong = wrong + 1
  if first == "" then first = status .. ": " .. body:sub(1, 200) end
end

function done()
  local all, bad, example = 0, 0, ""
  for _, thread in ipairs(threads) do
    all = all + thread:get("checked")
    bad = bad + thread:get("wrong")
    if example == "" then example = thread:get("first") end
  end
  print(("checked %d wrong %d %s"):format(all, bad, example))
end
