//go:build unix

package socket_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"policywatch/cmd/internal/socket"
)

const askEnv = "POLICYWATCH_SOCKET_TEST_ASK"

// The test binary runs itself as a process of another user.
func TestMain(m *testing.M) {
	if archive := os.Getenv(askEnv); archive != "" {
		if err := syscall.Setuid(65534); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(socket.NewClient(archive).Copy(context.Background(), io.Discard))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pw") // t.TempDir is named after the test, and long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func serve(t *testing.T, archive string, body []byte) {
	t.Helper()
	l, err := socket.Listen(archive)
	if err != nil {
		t.Fatal(err)
	}
	stop := (&socket.Server{
		Log: slog.New(slog.DiscardHandler),
		Copy: func(_ context.Context, size func(int64), w io.Writer) error {
			if body == nil {
				return errors.New("the disk is gone")
			}
			size(int64(len(body)))
			_, err := io.Copy(w, bytes.NewReader(body))
			return err
		},
		Do: func(_ context.Context, action string, args []byte) (any, error) {
			switch action {
			case "echo":
				return string(args), nil
			case "refuse":
				return nil, &socket.Refusal{Kind: "busy", Message: "not now"}
			case "break":
				return nil, errors.New("it broke")
			}
			return nil, socket.ErrUnknown
		},
	}).Start(l)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(socket.Path(archive)); err == nil {
			t.Error("the socket is left")
		}
	})
}

// Copies and actions go through, also where the path is longer than an address.
func TestAsking(t *testing.T) {
	body := bytes.Repeat([]byte("archive "), 1<<20)
	for name, archive := range map[string]string{
		"short": filepath.Join(folder(t), "a.db"),
		"long":  filepath.Join(folder(t), strings.Repeat("long/", 40), "a.db"),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.MkdirAll(filepath.Dir(archive), 0o755); err != nil {
				t.Fatal(err)
			}
			serve(t, archive, body)
			c := socket.NewClient(archive)
			var got bytes.Buffer
			if err := c.Copy(t.Context(), &got); err != nil || !bytes.Equal(got.Bytes(), body) {
				t.Errorf("%d bytes, %v", got.Len(), err)
			}
			var reply string
			if err := c.Do(t.Context(), "echo", map[string]string{"site": "a.gov"}, &reply); err != nil || reply != `{"site":"a.gov"}` {
				t.Errorf("%q, %v", reply, err)
			}
			var refusal *socket.Refusal
			if err := c.Do(t.Context(), "refuse", nil, nil); !errors.As(err, &refusal) || refusal.Kind != "busy" || refusal.Message != "not now" {
				t.Errorf("a refusal: %v", err)
			}
			if err := c.Do(t.Context(), "break", nil, nil); err == nil || err.Error() != "it broke" {
				t.Errorf("a failure: %v", err)
			}
			if err := c.Do(t.Context(), "new", nil, nil); err == nil || !strings.Contains(err.Error(), "another version") {
				t.Errorf("an action that nobody knows: %v", err)
			}
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	dir := folder(t)
	copied := func(name string, patience time.Duration) error {
		c := socket.NewClient(filepath.Join(dir, name))
		c.Patience = patience
		return c.Copy(t.Context(), io.Discard)
	}
	if err := copied("none.db", time.Minute); !errors.Is(err, socket.ErrNone) {
		t.Errorf("no socket: %v", err)
	}
	// A socket that its process left behind.
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "left.db.sock"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if err := copied("left.db", time.Minute); !errors.Is(err, socket.ErrSilent) {
		t.Errorf("a stale socket: %v", err)
	}
	// One that is there and does not move.
	hang, err := net.Listen("unix", filepath.Join(dir, "hang.db.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer hang.Close()
	if err := copied("hang.db", 50*time.Millisecond); !errors.Is(err, socket.ErrSilent) {
		t.Errorf("a socket that nobody serves: %v", err)
	}
	serve(t, filepath.Join(dir, "broken.db"), nil)
	if err := copied("broken.db", time.Minute); err == nil || !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("an archive that cannot be read: %v", err)
	}
}

// The stale socket of a killed process is replaced; a file is not.
func TestListenInAPlaceThatIsTaken(t *testing.T) {
	dir := folder(t)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "a.db.sock"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	serve(t, filepath.Join(dir, "a.db"), []byte("x"))
	if err := socket.NewClient(filepath.Join(dir, "a.db")).Copy(t.Context(), io.Discard); err != nil {
		t.Error(err)
	}
	file := filepath.Join(dir, "b.db.sock")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if l, err := socket.Listen(filepath.Join(dir, "b.db")); err == nil {
		l.Close()
		t.Error("a file was taken for a socket")
	}
	if b, _ := os.ReadFile(file); string(b) != "mine" {
		t.Errorf("the file holds %q", b)
	}
}

// Other users get nothing, whatever the rights of the socket's file are.
func TestOtherUsersAreTurnedAway(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("NOT TESTED: only the superuser can be another user")
	}
	dir := folder(t)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(dir, "a.db")
	serve(t, archive, []byte("secret"))
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]string{0o600: "another user's", 0o666: "its own user only"} {
		if err := os.Chmod(socket.Path(archive), mode); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), askEnv+"="+archive)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("with rights %o: %s (%v)", mode, out, err)
		}
	}
}
