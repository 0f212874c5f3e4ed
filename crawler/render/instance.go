package render

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
)

// startTime bounds the start of a browser on a busy machine.
const startTime = 30 * time.Second

// instance is one running browser, its proxy and its folder.
type instance struct {
	o *Options
	// ctx is chromedp's handle of the browser; it ends when the browser does.
	ctx   context.Context
	end   context.CancelFunc
	proxy *proxy
	agent string // the User-Agent of its pages
	// group is the process group, 0 for a remote browser; dir is its folder.
	group int
	dir   string
}

// start runs a browser, or connects to a remote one, and returns when it
// answers.
func start(ctx context.Context, o *Options) (_ *instance, err error) {
	in := &instance{o: o}
	defer func() {
		if err != nil {
			in.kill()
		}
	}()
	if !o.Unguarded {
		if in.proxy, err = startProxy(o); err != nil {
			return nil, err
		}
	}
	// The browser outlives the page that it is started for.
	base, cancel := context.WithCancel(context.Background())
	in.end = cancel
	defer context.AfterFunc(ctx, cancel)()
	late := time.AfterFunc(startTime, cancel)
	defer late.Stop()

	say := func(format string, args ...any) { o.Log.Debug("browser: " + fmt.Sprintf(format, args...)) }
	logs := []chromedp.ContextOption{chromedp.WithLogf(say), chromedp.WithErrorf(say)}
	if o.Remote != "" {
		alloc, stop := remote.NewAllocator(base, o.Remote)
		in.ctx, _ = chromedp.NewContext(alloc, logs...)
		in.end = func() { stop(); cancel() }
	} else {
		if in.dir, err = os.MkdirTemp(shortTemp(), "pw-browser"); err != nil {
			return nil, fmt.Errorf("make the browser's folder: %w", err)
		}
		var cmd *exec.Cmd
		alloc, wait := chromedp.NewExecAllocator(base, append(in.flags(),
			chromedp.ExecPath(o.Path),
			chromedp.NoInheritEnv, chromedp.Env(in.environment()...),
			chromedp.ModifyCmdFunc(func(c *exec.Cmd) { cmd = c; bounded(c); ownGroup(c) }),
		)...)
		in.ctx, _ = chromedp.NewContext(alloc, logs...)
		in.end = func() { cancel(); wait() }
		defer func() {
			if cmd != nil && cmd.Process != nil {
				in.group = cmd.Process.Pid
			}
		}()
	}
	// The first command starts the browser without attaching to its first tab.
	v, err := chromedp.CallBrowser(in.ctx, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	in.agent = strings.TrimSpace(v.UserAgent + " " + o.UserAgent)
	return in, nil
}

// shortTemp is the folder for temporary files, or another one where its name is
// too long: the browser makes a socket inside, and the name of a socket has at
// most 107 bytes.
func shortTemp() string {
	const longest = 107 - len("/pw-browser1234567890/org.chromium.Chromium.123456/SingletonSocket")
	if dir := os.TempDir(); len(dir) <= longest {
		return dir
	}
	return "/tmp"
}

// startReason finds the words that matter in what a browser said when it did not
// start.
func startReason(err error) string {
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	for _, l := range lines {
		if _, said, ok := strings.Cut(l, ":FATAL:"); ok {
			return firstLine(said)
		}
	}
	return firstLine(lines[len(lines)-1])
}

// environment is all that the browser sees of ours. Its folders are its own:
// some builds write crash reports and settings into the home folder.
func (in *instance) environment() []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TZ=UTC", "TMPDIR=" + in.dir, "HOME=" + in.dir}
	for _, k := range []string{"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"} {
		env = append(env, k+"="+filepath.Join(in.dir, strings.ToLower(k)))
	}
	return env
}

// kill ends the browser and whatever it started, at once, and removes what it
// wrote. There is nothing that it should have time to save.
func (in *instance) kill() {
	if in.end != nil {
		in.end()
	}
	if in.group != 0 {
		killGroup(in.group)
	}
	if in.proxy != nil {
		in.proxy.close()
	}
	if in.dir != "" {
		if err := os.RemoveAll(in.dir); err != nil {
			in.o.Log.Warn("the browser's folder could not be removed", "error", err)
		}
	}
}

// lost reports whether the browser has gone.
func (in *instance) lost() bool {
	if in.ctx.Err() != nil {
		return true
	}
	b := chromedp.FromContext(in.ctx).Browser
	select {
	case <-b.LostConnection:
		return true
	default:
		return false
	}
}
