import os
import subprocess
import sys
import tempfile
import unittest

from hfplugin import handshake


class HandshakeTest(unittest.TestCase):
    ENV = {
        handshake.COOKIE_KEY: handshake.COOKIE_VALUE,
        "PLUGIN_CLIENT_CERT": "a PEM",
        "PLUGIN_PROTOCOL_VERSIONS": "1,2",
    }

    def test_start(self):
        start = handshake.read(self.ENV | {"PLUGIN_UNIX_SOCKET_DIR": "/run/x"})
        self.assertEqual(start, handshake.Start(1, "a PEM", "/run/x"))
        self.assertEqual(os.path.dirname(handshake.socket_path(start)), "/run/x")
        self.assertNotEqual(handshake.socket_path(start), handshake.socket_path(start))
        self.assertEqual(handshake.read(self.ENV).socket_dir, tempfile.gettempdir())

    def test_not_started_by_a_host(self):
        for without in (handshake.COOKIE_KEY, "PLUGIN_CLIENT_CERT"):
            with self.subTest(without), self.assertRaises(handshake.NotStarted):
                handshake.read({k: v for k, v in self.ENV.items() if k != without})

    def test_negotiate(self):
        for offered in ("1", "2,1", "1,2", " 1 ", "", "2", "x,1"):  # without a common one: ours
            with self.subTest(offered):
                self.assertEqual(handshake.negotiate(offered), 1)

    def test_line(self):
        self.assertEqual(handshake.line(1, "/tmp/s", b"\xff\xfe"), "1|1|unix|/tmp/s|grpc|//4\n")

    def test_stdout_is_for_the_line_only(self):
        code = (
            "import os; from hfplugin import handshake; out = handshake.take_stdout();"
            "print('printed'); os.system('echo child'); os.write(1, b'raw');"
            "out.write('line\\n'); out.flush(); print('later')"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stdout), (0, "line\n"))
        self.assertEqual(done.stderr, "printed\nchild\nrawlater\n")


if __name__ == "__main__":
    unittest.main()
