"""`howfar train` in one of several processes that train together; it tells what its network has become."""

import hashlib
import sys

from howfar.cli.app import main
from howfar.training.loop import Listener, Trainer


def tell_weights() -> None:
    """Have each training print a digest of its network's weights, and its number of steps, when it ends."""
    run = Trainer.run

    def told(self: Trainer, listener: Listener) -> list[dict[str, float]]:
        history = run(self, listener)
        weights = hashlib.sha256(b"".join(each.detach().numpy().tobytes() for each in self.module.parameters()))
        steps = max(int(state["step"]) for state in self.optimiser.state.values())
        sys.stdout.write(f"weights {weights.hexdigest()} after {steps} steps\n")
        return history

    Trainer.run = told  # type: ignore[method-assign]


if __name__ == "__main__":
    tell_weights()
    main()
