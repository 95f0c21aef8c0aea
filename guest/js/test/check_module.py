#!/usr/bin/env python3
"""Says what of the engine module the host does not expect: check_module.py engine.wasm abi.h

The only imports are the functions of abi.h in module "wws"; the exports are those of abi.h, the
memory, and __stack_pointer, which is the only mutable global; no start function, no passive data.
"""
import re
import sys

KINDS = ["func", "table", "memory", "global", "tag"]


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def text(self):
        size = self.number()
        self.at += size
        return self.data[self.at - size : self.at].decode()

    def skip_expression(self):
        while (op := self.byte()) != 0x0B:
            if op in (0x43, 0x44):
                self.at += 4 if op == 0x43 else 8
            else:
                self.number()


def sections(data):
    reader = Reader(data)
    reader.at = 8
    while reader.at < len(data):
        kind, size = reader.byte(), reader.number()
        yield kind, Reader(data[reader.at : reader.at + size])
        reader.at += size


def names_of(abi):
    """The exports and the imports that abi.h's comment lists."""
    exports = set(re.findall(r"^ \*   i32  (wws_\w+)\(", abi, re.M))
    imported = abi[abi.index(' * Imports, module "wws"') : abi.index(" * While loading")]
    return exports, set(re.findall(r"^ \*   (\w+)\(", imported, re.M))


def main(path, abi_path):
    data = open(path, "rb").read()
    exports, imports = names_of(open(abi_path).read())
    complaints, mutable = [], []
    for kind, body in sections(data):
        if kind == 2:
            for _ in range(body.number()):
                module, name, what = body.text(), body.text(), body.byte()
                if what != 0 or module != "wws" or name not in imports:
                    complaints.append(f"import {module}.{name} ({KINDS[what]})")
                body.number()
        elif kind == 6:
            for index in range(body.number()):
                body.byte()
                if body.byte():
                    mutable.append(index)
                body.skip_expression()
        elif kind == 7:
            found = {}
            for _ in range(body.number()):
                name, what = body.text(), KINDS[body.byte()]
                found[name] = what
                if name == "__stack_pointer":
                    if mutable != [body.number()]:
                        complaints.append(f"mutable globals {mutable}")
                else:
                    body.number()
            wanted = dict.fromkeys(exports | {"_initialize"}, "func")
            wanted |= {"memory": "memory", "__stack_pointer": "global"}
            complaints += [f"export {name}" for name in found.keys() - wanted.keys()]
            complaints += [f"no export {name}" for name in wanted.keys() - found.keys()]
        elif kind == 8:
            complaints.append("a start function")
        elif kind == 11:
            for _ in range(body.number()):
                if body.number() != 0:
                    complaints.append("a passive data segment")
                    break
                body.skip_expression()
                size = body.number()
                body.at += size
    for complaint in complaints:
        print(f"{path}: {complaint}")
    return 1 if complaints else 0


sys.exit(main(*sys.argv[1:]))
