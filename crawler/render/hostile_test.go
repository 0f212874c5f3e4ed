package render_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"policywatch/crawler/render"
	"policywatch/store/record"
)

// F4: a page that never lets go costs its own time, and the next page comes.
func TestHungPage(t *testing.T) {
	s := newSite(t)
	s.page("/hung", `<p>متن</p><script>for(;;);</script>`)
	s.page("/late", `<p>متن</p><script>setTimeout(() => { for(;;); }, 300)</script>`)
	s.page("/good", statement)
	const timeout = 10 * time.Second
	b := browser(t, s, render.Options{Timeout: timeout})
	for _, path := range []string{"/hung", "/late"} {
		began := time.Now()
		_, err := get(t, b, s.URL+path)
		wantFault(t, err, record.FaultTimeout)
		if took := time.Since(began); took > 2*timeout {
			t.Errorf("%s took %v", path, took)
		}
		if _, err := get(t, b, s.URL+"/good"); err != nil {
			t.Errorf("after %s: %v", path, err)
		}
	}
}

// F12: what the address guard refuses, no page gets to: not by a request of any
// kind, not by going there itself. What was refused is told.
func TestPageCannotReachTheInside(t *testing.T) {
	inside := newSite(t)
	secret := ""
	inside.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		secret += r.URL.Path + " "
		w.Header().Set("Access-Control-Allow-Origin", "*")
		io.WriteString(w, "inside")
	})
	port := inside.URL[strings.LastIndexByte(inside.URL, ':')+1:]
	s := newSite(t)
	targets := fmt.Sprintf(`['http://127.0.0.1:%[1]s/fetch','http://localhost:%[1]s/name','http://[::1]:%[1]s/six','http://2130706433:%[1]s/number',
'https://127.0.0.1:%[1]s/tls','http://169.254.169.254/latest/meta-data/','http://10.0.0.1/','http://192.168.0.1:8080/']`, port)
	s.page("/privacy", statement+fmt.Sprintf(`<iframe src="http://127.0.0.1:%[1]s/frame"></iframe>
<script src="http://127.0.0.1:%[1]s/script.js"></script>
<script>
const targets = %[2]s;
Promise.all(targets.map(u => fetch(u, {mode: 'no-cors'}).then(r => r.status + r.type, e => 'failed'))).then(all => {
  const p = document.createElement('p'); p.id = 'result'; p.textContent = all.join(' '); document.body.append(p);
});
new WebSocket('ws://127.0.0.1:%[1]s/socket');
new EventSource('http://127.0.0.1:%[1]s/events');
navigator.sendBeacon('http://127.0.0.1:%[1]s/beacon');
new Worker(URL.createObjectURL(new Blob(["fetch('http://127.0.0.1:%[1]s/worker', {mode: 'no-cors'})"])));
window.open('http://127.0.0.1:%[1]s/popup');
</script>`, port, targets))
	s.mux.HandleFunc("/go", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:"+port+"/redirect", http.StatusFound)
	})
	s.page("/script", `<script>location = "http://127.0.0.1:`+port+`/location"</script>`)
	s.page("/refresh", `<meta http-equiv="refresh" content="0; url=https://10.0.0.1/">`)

	var told []string
	b := browser(t, s, render.Options{Step: func(_ context.Context, st record.Step) { told = append(told, st.Outcome) }})
	snap, err := get(t, b, s.URL+"/privacy")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(snap.Body), `id="result"`) {
		t.Errorf("the page did not get to its end: %s", snap.Body[max(0, len(snap.Body)-600):])
	}
	all := strings.Join(told, "\n")
	for _, host := range []string{"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port, "169.254.169.254:80", "10.0.0.1:80", "192.168.0.1:8080"} {
		if !strings.Contains(all, "forbidden_address: the page asked for "+host+": ") {
			t.Errorf("nothing is told of %s:\n%s", host, all)
		}
	}
	for _, path := range []string{"/go", "/script", "/refresh"} {
		_, err := get(t, b, s.URL+path)
		if f := wantFault(t, err, record.FaultForbiddenAddress); strings.Contains(f.URL, s.URL) {
			t.Errorf("%s: the fault names %s", path, f.URL)
		}
	}
	for _, at := range []string{inside.URL + "/direct", "https://192.168.1.1/"} {
		_, err := get(t, b, at)
		wantFault(t, err, record.FaultForbiddenAddress)
	}
	if secret != "" {
		t.Errorf("the inside was asked for %s", secret)
	}
}

func TestOnlyHTTPIsOpened(t *testing.T) {
	b := browser(t, newSite(t), render.Options{})
	for _, at := range []string{"file:///etc/passwd", "chrome://version/", "data:text/html,x", "javascript:alert(1)", "about:blank"} {
		_, err := get(t, b, at)
		wantFault(t, err, record.FaultForbiddenAddress)
	}
}

// Dialogs wait for a person; there is none.
func TestDialogs(t *testing.T) {
	s := newSite(t)
	s.page("/storm", `<div id="x"></div><script>
for (let i = 0; i < 50; i++) { alert(i); if (confirm('?')) throw 1; prompt('?'); }
print();
addEventListener('beforeunload', e => { e.preventDefault(); e.returnValue = 'stay'; });
document.getElementById('x').innerHTML = '`+strings.ReplaceAll(statement, "\n", "")+`';</script>`)
	s.page("/endless", `<script>for(;;) alert(1);</script>`)
	s.page("/good", statement)
	b := browser(t, s, render.Options{Timeout: 15 * time.Second})
	snap, err := get(t, b, s.URL+"/storm")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(snap.Body), "جمع‌آوری") {
		t.Errorf("the dialogs ate the text: %s", snap.Body)
	}
	if _, err := get(t, b, s.URL+"/endless"); err == nil {
		t.Error("a page of dialogs without end was taken")
	}
	if _, err := get(t, b, s.URL+"/good"); err != nil {
		t.Error(err)
	}
}

// F8, F13: what is no page is not rendered, and not waited for.
func TestWhatIsNoPage(t *testing.T) {
	s := newSite(t)
	endless := func(w http.ResponseWriter, r *http.Request) {
		chunk := make([]byte, 64<<10)
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	s.mux.HandleFunc("/download", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		endless(w, r)
	})
	s.mux.HandleFunc("/attachment", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Disposition", `attachment; filename="privacy.html"`)
		endless(w, r)
	})
	s.mux.HandleFunc("/pdf", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		io.WriteString(w, "%PDF-1.7\n...")
	})
	s.mux.HandleFunc("/untyped", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = nil
		io.WriteString(w, "%PDF-1.7\n...")
	})
	s.page("/to-pdf", `<script>location = '/pdf'</script>`)
	s.page("/good", statement)
	b := browser(t, s, render.Options{})
	for _, path := range []string{"/download", "/attachment", "/pdf", "/untyped", "/to-pdf"} {
		snap, err := get(t, b, s.URL+path)
		f := wantFault(t, err, record.FaultNotText)
		if snap == nil || snap.Status != 200 || len(snap.Body) != 0 {
			t.Errorf("%s: snapshot %+v", path, snap)
		}
		if path == "/to-pdf" && f.URL != s.URL+"/pdf" {
			t.Errorf("the fault does not say where the file is: %s", f.URL)
		}
	}
	if _, err := get(t, b, s.URL+"/good"); err != nil {
		t.Error(err)
	}
}

// F13: a document has a limit, as it comes and as scripts build it.
func TestTooLarge(t *testing.T) {
	s := newSite(t)
	build := func(attribute string) string {
		return `<div id="x"` + attribute + `></div><script>
const line = '<p>' + 'اطلاعات شخصی شما '.repeat(20) + '</p>';
document.getElementById('x').innerHTML = line.repeat(30 * 1024 * 1024 / line.length);</script>`
	}
	s.page("/hidden", build(" hidden"))
	s.page("/shown", build(""))
	s.mux.HandleFunc("/announced", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Length", "30000000")
		io.WriteString(w, strings.Repeat("<p>x</p>", 30000000/8))
	})
	s.mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, statement); err != nil {
				return
			}
		}
	})
	s.page("/data", statement+`<script>fetch('/endless').then(r => r.text())</script>`)
	s.page("/good", statement)
	b := browser(t, s, render.Options{MaxBody: 4 << 20})
	for _, path := range []string{"/hidden", "/announced", "/endless", "/data"} {
		began := time.Now()
		_, err := get(t, b, s.URL+path)
		wantFault(t, err, record.FaultTooLarge)
		t.Log(path, time.Since(began))
	}
	if _, err := get(t, b, s.URL+"/good"); err != nil {
		t.Error(err)
	}
	// To lay out so much text takes longer or more memory than a page may have.
	brief := browser(t, s, render.Options{Timeout: 6 * time.Second})
	if _, err := get(t, brief, s.URL+"/shown"); err == nil {
		t.Error("30 MB of text were taken")
	}
	// What fits, fits.
	s.page("/fits", strings.Replace(build(" hidden"), "30 *", "9 *", 1))
	snap, err := get(t, b, s.URL+"/fits")
	wantFault(t, err, record.FaultTooLarge)
	wide := browser(t, s, render.Options{})
	if snap, err = get(t, wide, s.URL+"/fits"); err != nil {
		t.Fatal(err)
	}
	t.Log("/fits", len(snap.Body), snap.Took)
}

// A page that eats memory is ended and takes nothing else with it.
func TestMemoryHog(t *testing.T) {
	s := newSite(t)
	s.mux.HandleFunc("/never", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s.page("/hog", `<script>fetch('/never'); const all = []; (function eat() { for (let i = 0; i < 100; i++) all.push(new Array(100000).fill(i)); setTimeout(eat); })()</script>`)
	s.page("/good", statement)
	b := browser(t, s, render.Options{Timeout: time.Minute})
	_, err := get(t, b, s.URL+"/hog")
	if err == nil {
		t.Fatal("the page was taken")
	}
	t.Log(err)
	if _, err := get(t, b, s.URL+"/good"); err != nil {
		t.Error(err)
	}
}

// Tricks on the page's own variables do not change what is read.
func TestPageCannotLieToTheReader(t *testing.T) {
	s := newSite(t)
	s.page("/liar", statement+`<script>
Object.defineProperty(Element.prototype, 'outerHTML', {get() { return 'lie'; }});
Object.defineProperty(Document.prototype, 'documentElement', {get() { for (;;); }});
document.createTreeWalker = null; JSON.stringify = null; NodeFilter = null;
console.log('x'.repeat(1000));
</script>`)
	b := browser(t, s, render.Options{})
	snap, err := get(t, b, s.URL+"/liar")
	if err != nil || !strings.Contains(string(snap.Body), "جمع‌آوری") {
		t.Errorf("%v", err)
	}
}

func TestFloods(t *testing.T) {
	s := newSite(t)
	s.page("/console", statement+`<script>setInterval(() => { for (let i = 0; i < 1000; i++) console.log(document.body, i); }, 1)</script>`)
	s.page("/mutations", statement+`<script>setInterval(() => { for (let i = 0; i < 1000; i++) { const d = document.createElement('i'); document.body.append(d); d.remove(); } }, 1)</script>`)
	s.page("/images", statement+`<script>for (let i = 0; i < 20000; i++) new Image().src = '/i' + i</script>`)
	s.page("/reload", `<script>location.reload()</script>`)
	s.page("/pushes", statement+`<script>for (let i = 0; i < 1000; i++) history.pushState({}, '', '/p' + i)</script>`)
	s.page("/good", statement)
	b := browser(t, s, render.Options{Timeout: 10 * time.Second})
	for _, path := range []string{"/console", "/mutations", "/images", "/reload", "/pushes"} {
		began := time.Now()
		_, err := get(t, b, s.URL+path)
		t.Log(path, time.Since(began), err)
		if _, err := get(t, b, s.URL+"/good"); err != nil {
			t.Errorf("after %s: %v", path, err)
		}
	}
}

// A visitor who leaves does not wait.
func TestCancelled(t *testing.T) {
	s := newSite(t)
	s.mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	b := browser(t, s, render.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			snap, err := b.Fetch(ctx, record.Request{URL: s.URL + "/slow"})
			wantFault(t, err, record.FaultCancelled)
			if snap != nil {
				t.Error("a cancelled fetch brought something")
			}
		})
	}
	for !s.wasAsked("/slow") {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	wg.Wait()
}

// Nothing leaves the browser past the proxy: no datagram, no look-up of a name.
func TestNoWayAroundTheProxy(t *testing.T) {
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	var got atomic.Int32
	go func() {
		for {
			if _, _, err := udp.ReadFrom(make([]byte, 2000)); err != nil {
				return
			}
			got.Add(1)
		}
	}()
	go func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			c.Close()
			got.Add(1)
		}
	}()
	s := newSite(t)
	s.page("/", statement+fmt.Sprintf(`<link rel="dns-prefetch" href="//names.example"><link rel="preconnect" href="http://%[2]s">
<iframe id="f" srcdoc="x"></iframe><script>
const stun = where => {
  try {
    const p = new where.RTCPeerConnection({iceServers: [{urls: 'stun:%[1]s'}, {urls: 'turn:%[1]s?transport=udp', username: 'a', credential: 'b'}, {urls: 'turn:%[2]s?transport=tcp', username: 'a', credential: 'b'}]});
    p.createDataChannel('x'); p.createOffer().then(o => p.setLocalDescription(o));
  } catch (e) {}
};
stun(window);
f.onload = () => stun(f.contentWindow);
try { new WebTransport('https://%[1]s/').ready.catch(() => 0); } catch (e) {}
new Worker(URL.createObjectURL(new Blob(["try { new WebTransport('https://%[1]s/').ready.catch(() => 0) } catch (e) {} fetch('http://%[2]s/').catch(() => 0)"])));
navigator.serviceWorker?.register('/sw.js');
fetch('/slow');
</script>`, udp.LocalAddr(), tcp.Addr()))
	s.page("/sw.js", `self.x`)
	s.mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(2 * time.Second): // for what would take its time
		case <-r.Context().Done():
		}
	})
	b := browser(t, s, render.Options{})
	if _, err := get(t, b, s.URL+"/"); err != nil {
		t.Fatal(err)
	}
	if got.Load() != 0 {
		t.Errorf("%d packets or connections got out", got.Load())
	}
	if s.wasAsked("/sw.js") {
		t.Error("a service worker was loaded")
	}
}
