-- One of COUNT workers, each as likely: wrk -s distinct.lua URL -- COUNT
local count = 1

function init(arguments)
  count = tonumber(arguments[1])
  math.randomseed(20240501)
end

function request()
  return wrk.format("GET", "/w" .. math.random(0, count - 1))
end
