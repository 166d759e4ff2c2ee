"""A stand-in for Amazon S3 and Route 53 on the loopback interface.

    with Sandbox() as sandbox:
        sandbox.route53.add_zone("example.org")
        subprocess.run(program, env=sandbox.environment())

README.md says what it is strict about, and how a test breaks it.
"""

from .sandbox import Sandbox

__all__ = ["Sandbox"]
