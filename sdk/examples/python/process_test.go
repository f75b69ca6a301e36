package python_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/analyzerv1"
	"github.com/hfdownloader/hfdownloader/sdk/bridge"
)

// process is the plugin, started as a host starts it.
type process struct {
	cmd      *exec.Cmd
	temp     string
	goPlugin *plugin.Client
	protocol *plugin.GRPCClient
	client   *bridge.Client
	analyzer sdk.Analyzer
	log      *lines
	// wait returns when neither the plugin nor a child of it is there any more.
	wait func()
}

func start(t testing.TB, program string) *process {
	t.Helper()
	p := &process{log: &lines{}}
	var err error
	if p.temp, err = os.MkdirTemp("", "hfd"); err != nil { // t.TempDir is too long for a socket
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(p.temp) })
	p.cmd = exec.Command(program)
	p.cmd.Env = []string{"PLUGIN_UNIX_SOCKET_DIR=" + p.temp}
	held, inherited, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.ExtraFiles = []*os.File{inherited}
	p.goPlugin = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: bridge.Handshake(), VersionedPlugins: bridge.Plugins(bridge.Limits{}), Cmd: p.cmd,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC}, AutoMTLS: true, SkipHostEnv: true,
		StartTimeout: 20 * time.Second, GRPCDialOptions: bridge.DialOptions(), Stderr: p.log,
		Logger: hclog.NewNullLogger(),
	})
	_, err = p.goPlugin.Start()
	_ = inherited.Close()
	p.wait = sync.OnceFunc(func() {
		_, _ = io.Copy(io.Discard, held)
		p.goPlugin.Kill() // waits for what go-plugin has under way
		_ = held.Close()
	})
	t.Cleanup(func() {
		p.goPlugin.Kill()
		p.wait()
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, p.log)
	}
	p.atItsPlace(t)
	p.dispense(t)
	return p
}

// atItsPlace: the socket is right in the folder that the host gave, for its user
// alone; hfdownloader connects nowhere else (T42).
func (p *process) atItsPlace(t testing.TB) {
	t.Helper()
	socket := p.goPlugin.ReattachConfig().Addr.String()
	info, err := os.Stat(socket)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Dir(socket) != p.temp || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the socket is %s, %v", socket, info.Mode())
	}
}

func (p *process) dispense(t testing.TB) {
	t.Helper()
	protocol, err := p.goPlugin.Client()
	if err != nil {
		t.Fatalf("%v\n%s", err, p.log)
	}
	raw, err := protocol.Dispense(analyzerv1.Plugin)
	if err != nil {
		t.Fatal(err)
	}
	var isGRPC, isOurs bool
	p.protocol, isGRPC = protocol.(*plugin.GRPCClient)
	p.client, isOurs = raw.(*bridge.Client)
	if !isGRPC || !isOurs {
		t.Fatalf("got %T and %T", protocol, raw)
	}
	t.Cleanup(p.client.Close)
	if err := protocol.Ping(); err != nil {
		t.Fatalf("%v\n%s", err, p.log)
	}
	list, err := p.client.Analyzers(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d analyzers, %v\n%s", len(list), err, p.log)
	}
	p.analyzer = list[0]
}

// lines keeps what a plugin writes.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// testEnds: however a host goes, the plugin ends soon and by itself, with every
// process of its own, and takes its socket along.
func testEnds(t *testing.T, built string) {
	for name, end := range map[string]func(*testing.T, *process){
		"asked to":              func(_ *testing.T, p *process) { p.goPlugin.Kill() },
		"host not connected":    func(t *testing.T, p *process) { must(t, p.protocol.Conn.Close()) },
		"terminated":            func(t *testing.T, p *process) { must(t, p.cmd.Process.Signal(syscall.SIGTERM)) },
		"interrupted, asked to": func(t *testing.T, p *process) { must(t, p.cmd.Process.Signal(os.Interrupt)); p.goPlugin.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, built)
			if _, err := p.analyzer.Analyze(t.Context(), parse(t, "testdata/qwen2.5.txtar"), sdk.Options{}); err != nil {
				t.Fatal(err)
			}
			end(t, p)
			p.wait()
			if code := p.cmd.ProcessState.ExitCode(); code != 0 {
				t.Errorf("it ended with %d", code)
			}
			if text := p.log.String(); text != "" {
				t.Errorf("its log:\n%s", text)
			}
			if left, err := os.ReadDir(p.temp); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testByHand: without a host the program says what it is.
func testByHand(t *testing.T, program string) {
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = []string{}
	out, err := cmd.Output()
	var failed *exec.ExitError
	if !errors.As(err, &failed) || failed.ExitCode() != 1 {
		t.Fatal(err)
	}
	if len(out) > 0 || !strings.Contains(string(failed.Stderr), "plugin of hfdownloader") {
		t.Errorf("stdout %q, stderr %q", out, failed.Stderr)
	}
}

// testStranger: nobody without the host's certificate gets a connection (T42).
func testStranger(t *testing.T, built string) {
	p := start(t, built)
	other, err := tls.X509KeyPair(pair(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, certs := range map[string][]tls.Certificate{"no certificate": nil, "another certificate": {other}} {
		t.Run(name, func(t *testing.T) {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "unix", p.goPlugin.ReattachConfig().Addr.String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			// A server that takes a connection sends its settings at once.
			c := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, Certificates: certs, NextProtos: []string{"h2"}}) //nolint:gosec // a stranger asks nobody
			if n, err := c.Read(make([]byte, 1)); err == nil {
				t.Errorf("it was served %d bytes", n)
			}
			if !c.ConnectionState().HandshakeComplete {
				t.Error("the plugin did not speak TLS")
			}
		})
	}
	if err := p.protocol.Ping(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// pair is a certificate and its key (PEM) that nobody trusts.
func pair(t *testing.T) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret})
}
