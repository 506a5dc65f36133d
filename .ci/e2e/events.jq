# Reads the raw lines of `watch --format json` and says what is wrong with them, one fault a line; nothing when all is well.
# Keys and values are those of the design's event table: each event has the common keys and its own, and no others.

def common: ["time", "peer", "label", "address", "kind", "event"];

def table: {
  "status":     {must: ["from", "to", "polled"], may: ["error", "code", "cause", "by"]},
  "error":      {must: ["op", "error", "code", "cause"], may: []},
  "data":       {must: ["dir", "offset", "len", "data"], may: []},
  "buffers":    {must: ["unread", "recvq", "sendq", "received", "sent"], may: ["dir"]},
  "listening":  {must: ["bound"], may: []},
  "accepted":   {must: ["remote"], may: []},
  "half-close": {must: ["dir"], may: ["by"]},
  "dropped":    {must: ["dir", "len", "cause"], may: []},
  "ancillary":  {must: ["dir", "offset", "fds"], may: ["pid", "uid", "gid", "cause"]}
};

def statuses: ["none", "connecting", "connected", "error"];
# The transitions of spec §2.6, and what an event must say where something ended.
def transitions: [
  "none connecting", "none connected", "connecting connected", "connecting none", "connecting error", "connected none",
  "connected error", "error none", "error connecting", "error connected"
];
def endings:
  if .to == "error" then ["error", "code", "cause", "by"]
  elif .to == "none" and .from != "error" then ["cause", "by"]
  else [] end;

def among($values): . as $v | $values | index([$v]) != null;
def whole: type == "number" and . >= 0 and . == floor;
def text: type == "string" and length > 0;

# RFC 3339 in UTC with up to nine digits of a second, made to sort as text; null when it is not one.
def instant:
  if type != "string" then null
  else (capture("^(?<s>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})([.](?<f>[0-9]{1,9}))?Z$")
        | .s + "." + ((.f // "") + "000000000")[0:9]) // null
  end;

# How many bytes a base64 text stands for; null when it is not one.
def decoded:
  if type == "string" and length % 4 == 0 and test("^[A-Za-z0-9+/]*={0,2}$")
  then length / 4 * 3 - (if endswith("==") then 2 elif endswith("=") then 1 else 0 end) else null end;

# A tap's listener and its pairs are all of the kind "tap": a pair has a parent, and two directions.
def is_pair: .kind == "tap" and has("parent");

# What is wrong with where an event says that its peer came from.
def strays:
  (if has("parent") and (.parent | whole and . >= 1 | not) then "parent is \(.parent)" else empty end),
  (if has("parent") and .parent >= .peer then "parent \(.parent) came after \(.peer)" else empty end),
  (if .kind == "accept" or (.event | among(["accepted", "ancillary"])) then (if has("parent") then empty else "no key parent" end)
   elif (.kind | among(["dial", "listen"])) or .event == "listening" then (if has("parent") then "undocumented key parent" else empty end)
   elif .event | among(["status", "data", "buffers", "half-close"]) then (if has("parent") then empty else "no key parent" end)
   else empty end),
  (if .event == "buffers" and is_pair != has("dir") then "buffers of a pair, and no others, have a dir" else empty end),
  (if .event == "half-close" and is_pair != has("by") then "a half-close of a pair, and no other, has a by" else empty end),
  (if is_pair and has("by") and .by == "remote" then "by is remote, but a pair has a client and a server" else empty end);

# What is wrong with one event by itself.
def faults:
  table[.event] as $t |
  if $t == null then "unknown event \(.event)"
  else
    (common + $t.must - keys | .[] | "no key \(.)"),
    (keys - common - $t.must - $t.may - ["parent"] | .[] | "undocumented key \(.)"),
    (if .time | instant then empty else "time is \(.time)" end),
    (if .peer | whole and . >= 1 then empty else "peer is \(.peer)" end),
    (if .address | text then empty else "address is \(.address)" end),
    (if .kind | among(["dial", "listen", "accept", "tap", "file"]) then empty else "kind is \(.kind)" end),
    (if has("dir") and (.dir | among(["in", "out"]) | not) then "dir is \(.dir)" else empty end),
    (if has("by") and (.by | among(["remote", "local", "timeout", "client", "server"]) | not) then "by is \(.by)" else empty end),
    (if has("code") and (.code | whole | not) then "code is \(.code)" else empty end),
    (("error", "cause") as $k | if has($k) and (.[$k] | text | not) then "\($k) is \(.[$k])" else empty end),
    strays,
    (if .event == "status" then
       (("from", "to") as $k | if .[$k] | among(statuses) then empty else "\($k) is \(.[$k])" end),
       (if "\(.from) \(.to)" | among(transitions) then empty else "no transition goes from \(.from) to \(.to)" end),
       (endings - keys | .[] | "no key \(.) at an ending"),
       (if .polled | instant then empty else "polled is \(.polled)" end)
     elif .event == "data" then
       (if .len | whole and . > 0 then empty else "len is \(.len)" end),
       (if (.data | decoded) == .len then empty else "data is not base64 of \(.len) bytes" end)
     elif .event == "buffers" then
       (("received", "sent") as $k | if .[$k] | whole then empty else "\($k) is \(.[$k])" end),
       (("unread", "recvq", "sendq") as $k | if .[$k] | . == null or whole then empty else "\($k) is \(.[$k])" end)
     elif .event == "listening" then (if .bound | text then empty else "bound is \(.bound)" end)
     elif .event == "accepted" then (if .remote | text then empty else "remote is \(.remote)" end)
     elif .event == "dropped" then (if .len | whole and . > 0 then empty else "len is \(.len)" end)
     elif .event == "ancillary" then
       (if .offset | whole then empty else "offset is \(.offset)" end),
       (if .fds | type == "array" and all(.[]; text) then empty else "fds is \(.fds)" end),
       (("pid", "uid", "gid") as $k | if has($k) and (.[$k] | whole | not) then "\($k) is \(.[$k])" else empty end)
     else empty end)
  end;

# What is wrong between an event and those before it: times, transitions and offsets of one peer follow each other.
def follow($s):
  "\(.peer)" as $p | "\(.peer) \(.dir)" as $d |
  (if (.time | instant) < ($s.time[$p] // "") then "earlier than the event before it" else empty end),
  (if .event == "status" and .from != ($s.status[$p] // "none") then "from \(.from), but it was \($s.status[$p] // "none")" else empty end),
  (if .event == "data" and .offset != ($s.offset[$d] // 0) then "offset \(.offset), not \($s.offset[$d] // 0)" else empty end);

def advance($e):
  "\($e.peer)" as $p | "\($e.peer) \($e.dir)" as $d |
  .time[$p] = ($e.time | instant) |
  if $e.event == "status" then .status[$p] = $e.to
  elif $e.event == "data" then .offset[$d] = $e.offset + $e.len
  elif $e.event == "dropped" then .offset[$d] = (.offset[$d] // 0) + $e.len
  else . end;

foreach inputs as $line (
  {n: 0, state: {time: {}, status: {}, offset: {}}};
  .n += 1 | .said = [] |
  ([$line | fromjson?] | if length == 1 and (.[0] | type) == "object" then .[0] else null end) as $e |
  if $e == null then .said = ["not one JSON object: \($line[0:200])"]
  else
    .said = [$e | faults] |
    if .said != [] then . else
      .state as $s | .said = [$e | follow($s)] | .state |= advance($e)
    end
  end;
  .n as $n | .said[] | "line \($n): \(.)"
)
