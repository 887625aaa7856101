"""Reading a pickle without running it.

A pickle is a program for a small stack machine, and some of its instructions call whatever function they name: who
loads a file of weights in the usual way runs what its author wrote. This machine carries out the instructions that
build data and calls nothing. A name stays a name, an object of a class becomes a `StandIn` that keeps its state, and a
tensor a description of where its numbers lie. A call is read only where its meaning is known (`RECORDS`); any other is
refused.

The instructions are those of Python's `pickletools`, which takes pickles apart without running them either.
"""

import math
import pickletools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

from howfar.errors import ModelError


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a class or function, such as `torch.FloatStorage`; nothing is imported for it."""

    qualified: str


@dataclass(eq=False, slots=True)
class StandIn:
    """An object of a class that is not looked at: the class's name, and the state that the object was given."""

    name: str
    state: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredNumbers:
    """A run of numbers that lies outside the pickle, in the same file.

    Attributes:
        key: What the file calls it.
        kind: Name of PyTorch's storage class, which tells the type of the numbers.
        count: How many numbers it has.
    """

    key: str
    kind: str
    count: int


@dataclass(frozen=True, eq=False, slots=True)
class StoredTensor:
    """A tensor as a view of stored numbers; offset and strides are counted in numbers."""

    numbers: StoredNumbers
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class Unpickled(NamedTuple):
    """What one pickle holds.

    Attributes:
        tree: Numbers, text, tuples, lists (sets too), dictionaries (ordered too), and objects of the classes above.
        numbers: All runs of numbers that it refers to, by key.
    """

    tree: Any
    numbers: dict[str, StoredNumbers]


def read_pickle(stream: BinaryIO, where: str) -> Unpickled:
    """Read one pickle, and leave the stream just behind it.

    Args:
        stream: Bytes in memory, which need not be trusted. (Of a file on disk a wrong length would claim memory.)
        where: Name of the file, for errors.

    Raises:
        ModelError: If the pickle calls anything, is damaged, or is no pickle.
    """
    machine = _Machine(where)
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            machine.step(opcode.name, argument)
        return Unpickled(machine.pop(), machine.numbers)
    except (ValueError, TypeError, LookupError) as error:
        reason = shown(str(error)) if isinstance(error, ValueError) else "its instructions do not fit together"
        raise damaged(where, reason) from None


def damaged(where: str, reason: str) -> ModelError:
    """The error for a file that is not what PyTorch writes."""
    return ModelError(f"{where} is cut off, damaged or no PyTorch file ({reason}): download it again.")


def shown(text: str) -> str:
    """A text out of a file as it may be printed: short, and without control characters."""
    return repr(text[:80])[1:-1]


def _tensor(numbers: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> StoredTensor:
    """What torch._utils._rebuild_tensor and _rebuild_tensor_v2 are given."""
    counts = all(isinstance(count, int) and 0 <= count <= MOST_NUMBERS for count in (offset, *shape, *strides))
    if not counts or not isinstance(numbers, StoredNumbers):
        raise ValueError("a tensor is described wrongly")
    # A view may repeat a number without end; weights do not, and a copy of such a view would claim any memory.
    end = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if math.prod(shape) > numbers.count or (math.prod(shape) and end >= numbers.count):
        raise ValueError("a tensor is larger than what is stored of it")
    return StoredTensor(numbers, offset, tuple(shape), tuple(strides))


def _parameter(tensor: Any, *_: Any) -> StoredTensor:
    """What torch._utils._rebuild_parameter is given: the tensor, and settings of its gradient."""
    if not isinstance(tensor, StoredTensor):
        raise ValueError("a parameter is not a tensor")
    return tensor


def _dictionary(pairs: Iterable[Any] = ()) -> dict[Any, Any]:
    """A dictionary without the entries of odd keys: no weight has one, and hashing a deep tuple can crash Python."""
    return {key: value for key, value in pairs if key is None or isinstance(key, (str, int, float, bytes))}


def _elements(elements: Any = ()) -> Any:
    """A set or size as the list or tuple that it is made of."""
    return elements


RECORDS: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch.Size": _elements,
    "collections.OrderedDict": _dictionary,
    "__builtin__.set": _elements,
    "builtins.set": _elements,
}
"""Calls whose meaning is known, and the function of this file that reads their arguments."""

PASSED_OVER = frozenset(
    {
        "numpy.core.multiarray._reconstruct",
        "numpy.core.multiarray.scalar",
        "numpy._core.multiarray._reconstruct",
        "numpy._core.multiarray.scalar",
        "numpy.dtype",
        "_codecs.encode",
        "collections.Counter",
        "collections.defaultdict",
        "torch.device",
        "pathlib.PosixPath",
        "pathlib.WindowsPath",
    }
)
"""Calls that honest checkpoints have beside their weights (a best score, a schedule, a path): they become stand-ins."""

MOST_NUMBERS = 2**40
"""More than any tensor has in any direction."""

LITERALS = frozenset(
    (
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"),
        *("FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING"),
        *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
        *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    )
)
"""Instructions that push their own argument."""


class _Machine:
    """The stack, the marks on it and the memory of a pickle; one method for each kind of instruction."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memory: dict[int, Any] = {}
        self.numbers: dict[str, StoredNumbers] = {}

    def step(self, instruction: str, argument: Any) -> None:
        """Carry out one instruction."""
        if instruction in LITERALS:
            self.stack.append(argument)
        elif instruction in STEPS:
            STEPS[instruction](self, argument)
        else:
            raise ModelError(
                f"{self.where} uses the pickle instruction {instruction}, which no weights need, and was refused; take "
                "weights from a source that you trust."
            )

    def pop(self) -> Any:
        return self.stack.pop()

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def mark(self) -> None:
        self.marks.append(len(self.stack))

    def since_mark(self) -> list[Any]:
        """Take off what was pushed since the last mark."""
        start = self.marks.pop()
        taken = self.stack[start:]
        del self.stack[start:]
        return taken

    def last(self, count: int) -> list[Any]:
        """Take off a number of values, in the order they were pushed."""
        return [self.pop() for _ in range(count)][::-1]

    def remember(self, slot: int) -> None:
        self.memory[slot] = self.stack[-1]

    def extend(self, elements: list[Any]) -> None:
        """Append to a list; what a class derived from list holds is dropped."""
        if isinstance(self.stack[-1], list):
            self.stack[-1].extend(elements)

    def update(self, flat: list[Any]) -> None:
        """Add keys and values, in turn, to a dictionary; what a class derived from dict holds is dropped."""
        if isinstance(self.stack[-1], dict):
            self.stack[-1].update(_pairs(flat))

    def name(self, module: Any, name: Any) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise ValueError("a name is not text")
        self.push(Name(f"{module}.{name}"))

    def call(self, function: Any, arguments: Iterable[Any]) -> None:
        """Read a call whose meaning is known, or refuse it."""
        called = function.qualified if isinstance(function, Name) else "what it made itself"
        if called in RECORDS:
            self.push(RECORDS[called](*arguments))
        elif called in PASSED_OVER:
            self.push(StandIn(called))
        else:
            raise ModelError(
                f"{self.where} asks to call {shown(called)}, which no weights need, and was refused with nothing of it "
                "run; take weights from a source that you trust."
            )

    def call_first(self, taken: list[Any]) -> None:
        self.call(taken[0], taken[1:])

    def make(self, kind: Any) -> None:
        """Push a stand-in for an object of a class."""
        if not isinstance(kind, Name):
            raise ValueError("an object is of no class")
        self.push(StandIn(kind.qualified))

    def build(self, state: Any) -> None:
        """Give the last object its state: a dictionary, or one and a second of its slots."""
        target = self.stack[-1]
        if isinstance(target, StandIn):
            parts = state if isinstance(state, tuple) else (state,)
            for part in parts:
                target.state.update(part if isinstance(part, dict) else {})

    def refer(self, reference: Any) -> None:
        """Push what lies outside the pickle: numbers, or in old files a class with its source."""
        kind, *rest = reference if isinstance(reference, tuple) else (None,)
        if kind == "module":
            self.push(rest[0])
            return
        storage, key, _, count, *view = rest if kind == "storage" else [None] * 4
        if not isinstance(storage, Name) or not isinstance(key, str) or not isinstance(count, int) or any(view):
            raise ValueError("a reference leads to no numbers")
        self.numbers[key] = StoredNumbers(key, storage.qualified, count)
        self.push(self.numbers[key])


def _pairs(flat: list[Any]) -> dict[Any, Any]:
    return _dictionary(zip(flat[::2], flat[1::2], strict=True))


STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": lambda machine, _: None,
    "FRAME": lambda machine, _: None,
    "STOP": lambda machine, _: None,
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_SET": lambda machine, _: machine.push([]),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "MARK": lambda machine, _: machine.mark(),
    "POP_MARK": lambda machine, _: machine.since_mark().clear(),
    "POP": lambda machine, _: machine.last(1).clear(),
    "DUP": lambda machine, _: machine.push(machine.stack[-1]),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.since_mark())),
    "TUPLE1": lambda machine, _: machine.push(tuple(machine.last(1))),
    "TUPLE2": lambda machine, _: machine.push(tuple(machine.last(2))),
    "TUPLE3": lambda machine, _: machine.push(tuple(machine.last(3))),
    "LIST": lambda machine, _: machine.push(machine.since_mark()),
    "FROZENSET": lambda machine, _: machine.push(machine.since_mark()),
    "DICT": lambda machine, _: machine.push(_pairs(machine.since_mark())),
    "APPEND": lambda machine, _: machine.extend(machine.last(1)),
    "APPENDS": lambda machine, _: machine.extend(machine.since_mark()),
    "ADDITEMS": lambda machine, _: machine.extend(machine.since_mark()),
    "SETITEM": lambda machine, _: machine.update(machine.last(2)),
    "SETITEMS": lambda machine, _: machine.update(machine.since_mark()),
    "PUT": lambda machine, slot: machine.remember(slot),
    "BINPUT": lambda machine, slot: machine.remember(slot),
    "LONG_BINPUT": lambda machine, slot: machine.remember(slot),
    "MEMOIZE": lambda machine, _: machine.remember(len(machine.memory)),
    "GET": lambda machine, slot: machine.push(machine.memory[slot]),
    "BINGET": lambda machine, slot: machine.push(machine.memory[slot]),
    "LONG_BINGET": lambda machine, slot: machine.push(machine.memory[slot]),
    "GLOBAL": lambda machine, name: machine.name(*name.split(" ", 1)),
    "STACK_GLOBAL": lambda machine, _: machine.name(*machine.last(2)),
    "REDUCE": lambda machine, _: machine.call(*machine.last(2)),
    "INST": lambda machine, name: machine.call(Name(name.replace(" ", ".", 1)), machine.since_mark()),
    "OBJ": lambda machine, _: machine.call_first(machine.since_mark()),
    "NEWOBJ": lambda machine, _: machine.make(machine.last(2)[0]),
    "NEWOBJ_EX": lambda machine, _: machine.make(machine.last(3)[0]),
    "BUILD": lambda machine, _: machine.build(machine.pop()),
    "BINPERSID": lambda machine, _: machine.refer(machine.pop()),
}
