"""tsa.py: a time stamping authority for tests, made of openssl and the standard library.

    tsa.py FOLDER

Makes a CA (ca.pem), another that it does not use (other-ca.pem) and a certificate for time stamping in FOLDER, then answers
POSTs with what `openssl ts -reply` says, and prints "port N". POST /page answers with a page, as a wrong address would.
"""
import http.server
import os
import subprocess
import sys

CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Test
[ca]
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
[stamping]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = service
[service]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
"""


def openssl(*words, **options):
    return subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60, **options)


def make_authority():
    with open("tsa.cnf", "w", encoding="utf-8") as file:
        file.write(CONFIGURATION)
    with open("serial", "w", encoding="utf-8") as file:
        file.write("01\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf"]
    for name in ("ca", "other-ca"):
        openssl("req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "3650", "-subj", f"/CN=Test {name}",
                "-extensions", "ca")
    openssl("req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2", "-days", "365",
            "-extfile", "tsa.cnf", "-extensions", "stamping", "-out", "tsa.pem")


class Service(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/page" or self.headers.get("Content-Type") != "application/timestamp-query":
            return self.answer("text/html", b"<html>")
        with open("request.tsq", "wb") as file:
            file.write(body)
        openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "service", "-queryfile", "request.tsq", "-out", "reply.tsr")
        with open("reply.tsr", "rb") as file:
            return self.answer("application/timestamp-reply", file.read())

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """A test reads standard error only when something goes wrong."""


def main():
    os.chdir(sys.argv[1])
    make_authority()
    server = http.server.HTTPServer(("127.0.0.1", 0), Service)
    print(f"port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
