"""onnxruntime, kept from telling anybody what is run here.

Its wheels carry a telemetry client that opens a data base under the user's cache, starts a thread
and sends reports (seen in 1.32). A newsroom's server sends nothing: the switch is set before the
library is loaded, and whoever runs models takes it from here.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

onnxruntime.disable_telemetry_events()

__all__ = ["onnxruntime"]
