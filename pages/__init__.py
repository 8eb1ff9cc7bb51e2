"""The screens: each one draws inputs into a RunSpec, calls one service and draws what comes back."""
