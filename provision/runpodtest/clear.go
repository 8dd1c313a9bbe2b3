package runpodtest

import (
	"crypto/tls"
	"encoding/pem"
	"net"
	"net/http/httptest"
)

// maxOverheard is how many bytes are kept of what was sent in clear.
const maxOverheard = 1 << 20

// Overheard is what clients sent to the pods' public TCP ports other than SSH's, as
// whoever listens on the way sees it.
func (f *Fake) Overheard() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.overheard)
}

// listened is a connection that is overheard.
type listened struct {
	net.Conn
	fake *Fake
}

func (l listened) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.fake.mu.Lock()
	defer l.fake.mu.Unlock()
	l.fake.overheard = append(l.fake.overheard, p[:min(n, max(0, maxOverheard-len(l.fake.overheard)))]...)
	return n, err
}

// Certificate is what a client has to trust where Config.TLS is set, as PEM.
func (f *Fake) Certificate() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.certificate.Certificate[0]})
}

// localCertificate is the one that the standard library has for tests on 127.0.0.1.
func localCertificate() tls.Certificate {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	return server.TLS.Certificates[0]
}
