package render

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"policywatch/store/record"
)

// only dials the given addresses and refuses all others.
func only(addresses ...string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		for _, a := range addresses {
			if a == address {
				return (&net.Dialer{}).DialContext(ctx, network, address)
			}
		}
		return nil, &record.Fault{Kind: record.FaultForbiddenAddress, URL: address, Detail: "it is not public"}
	}
}

func runProxy(t *testing.T, dial func(context.Context, string, string) (net.Conn, error)) (*proxy, *http.Client) {
	t.Helper()
	p, err := startProxy(&Options{Dial: dial, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{
		Proxy:           func(*http.Request) (*url.URL, error) { return url.Parse("http://" + p.address()) },
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	t.Cleanup(func() { tr.CloseIdleConnections(); p.close() })
	return p, &http.Client{Transport: tr}
}

func TestProxyCarriesBothForms(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Forwarded", r.Header.Get("X-Forwarded-For")+r.Header.Get("Via")+r.Header.Get("Proxy-Connection"))
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.URL, b)
	})
	plain, secure := httptest.NewServer(echo), httptest.NewTLSServer(echo)
	defer plain.Close()
	defer secure.Close()
	_, client := runProxy(t, only(plain.Listener.Addr().String(), secure.Listener.Addr().String()))
	for _, base := range []string{plain.URL, secure.URL} {
		for range 2 { // the second on a kept connection
			res, err := client.Post(base+"/path?q=%D8%AD#x", "text/plain", strings.NewReader("متن"))
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(res.Body)
			res.Body.Close()
			host := base[strings.Index(base, "//")+2:]
			if want := "POST " + host + " /path?q=%D8%AD متن"; string(b) != want || res.StatusCode != http.StatusTeapot {
				t.Errorf("%s: %d %q, want %q", base, res.StatusCode, b, want)
			}
			if got := res.Header.Get("X-Forwarded"); got != "" {
				t.Errorf("the proxy tells of itself: %q", got)
			}
		}
	}
}

// F12: every connection is the dialer's to allow; what it refused is remembered
// by page.
func TestProxyRefuses(t *testing.T) {
	p, client := runProxy(t, only())
	for _, at := range []string{"http://10.0.0.1/x", "https://169.254.169.254/", "http://" + p.address() + "/"} {
		res, err := client.Get(at)
		switch {
		case strings.HasPrefix(at, "https:"):
			if err == nil {
				t.Errorf("%s was reached", at)
			}
		case err != nil:
			t.Error(err)
		default:
			res.Body.Close()
			if res.StatusCode != http.StatusForbidden || !strings.HasPrefix(res.Header.Get("Proxy-Status"), "policywatch; error=destination_ip_prohibited") {
				t.Errorf("%s: %d %v", at, res.StatusCode, res.Header)
			}
		}
	}
	if f := p.fault("10.0.0.1:80"); f == nil || f.Kind != record.FaultForbiddenAddress {
		t.Errorf("remembered %v", f)
	}
	if got := p.forget(); len(got) != 3 || got[0].host != "10.0.0.1:80" || got[1].host != "169.254.169.254:443" {
		t.Errorf("forgot %v", got)
	}
	if got := p.forget(); len(got) != 0 || p.fault("10.0.0.1:80") != nil {
		t.Errorf("still there: %v", got)
	}
	for i := range 2 * maxFailed {
		p.remember(fmt.Sprint(i), &record.Fault{})
	}
	if got := p.forget(); len(got) != maxFailed {
		t.Errorf("%d failures kept", len(got))
	}
}

// What is not asked as of a proxy is not served, and above all not by asking
// itself for ever.
func TestProxyIsNoWebServer(t *testing.T) {
	var p *proxy
	p, client := runProxy(t, func(ctx context.Context, network, address string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	})
	res, err := http.Get("http://" + p.address() + "/")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", res.StatusCode)
	}
	if res, err = client.Get("http://" + p.address() + "/"); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("through itself: status %d", res.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
}

// Closing ends what is under way: requests that wait, tunnels that are open.
func TestProxyCloses(t *testing.T) {
	asked := make(chan struct{}, 2)
	never := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer never.Close()
	p, client := runProxy(t, only(never.Listener.Addr().String()))
	failed := make(chan error, 2)
	go func() {
		res, err := client.Get(never.URL)
		if err == nil {
			res.Body.Close()
		}
		failed <- nil
	}()
	go func() {
		c, err := net.Dial("tcp", p.address())
		if err != nil {
			failed <- err
			return
		}
		defer c.Close()
		fmt.Fprintf(c, "CONNECT %[1]s HTTP/1.1\r\nHost: %[1]s\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", never.Listener.Addr())
		r := bufio.NewReader(c)
		if line, _ := r.ReadString('\n'); !strings.Contains(line, "200") {
			failed <- fmt.Errorf("CONNECT: %q", line)
			return
		}
		io.Copy(io.Discard, r)
		failed <- nil
	}()
	<-asked
	<-asked
	p.close()
	for range 2 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	p.close() // twice does no harm
}
