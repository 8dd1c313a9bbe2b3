package host

import (
	"context"
	"errors"
	"fmt"
	"io"

	"ocr-gateway/provision/stage"
)

// loggedIn is met when a script runs on the host.
func (s *Setup) loggedIn(ctx context.Context) error {
	if s.host == nil {
		return stage.WaitFor("not logged in yet")
	}
	return s.lost(ctx, s.host.Run(ctx, "true", nil))
}

// login connects to the host as it is reached now.
func (s *Setup) login(ctx context.Context) error {
	if s.host != nil {
		return nil
	}
	if s.Locate != nil {
		if err := s.Locate(ctx); err != nil {
			return err
		}
	}
	host, err := s.Connect(ctx, s.d.Login)
	switch {
	case err == nil:
		s.host = host
		return s.Save()
	case errors.Is(err, ErrLogin) && s.Locate != nil && s.refusals < maxRefusals:
		s.refusals++
		// The address may be that of before a start, and belong to another pod now.
		s.d.Login.HostKeys = nil
		return stage.WaitFor("%v; reading address and host key again", err)
	case errors.Is(err, ErrLogin):
		return err
	}
	return stage.WaitFor("no login at %s: %v", s.d.Login.Address, err)
}

// maxRefusals is how often a pod may refuse the login: for some looks after a
// start the address is still that of before. At 5 s a look, a minute.
const maxRefusals = 12

// onHost runs a script on the host. A lost connection is unmet: the next look
// makes a new one.
func (s *Setup) onHost(ctx context.Context, script string, out io.Writer) error {
	host, err := s.connected(ctx)
	if err != nil {
		return err
	}
	err = host.Run(ctx, script, out)
	return s.lost(ctx, err)
}

// lost turns a broken connection into something to wait for. What the far side
// said (*ExitError) and a refused login stay as they are.
func (s *Setup) lost(ctx context.Context, err error) error {
	if _, said := asExit(err); said || err == nil || ctx.Err() != nil || errors.Is(err, ErrLogin) {
		return err
	}
	s.Close()
	return stage.WaitFor("the connection to the host broke off: %v", err)
}

// Close ends the connection.
func (s *Setup) Close() {
	if s.host != nil {
		s.host.Close()
		s.host = nil
	}
}

// asExit returns the end of a script, where err is one.
func asExit(err error) (*ExitError, bool) {
	var exit *ExitError
	return exit, errors.As(err, &exit)
}

// connected returns the host, logged in anew where the connection was lost.
func (s *Setup) connected(ctx context.Context) (Host, error) {
	if s.host == nil {
		if err := s.login(ctx); err != nil {
			return nil, err
		}
	}
	if s.host == nil {
		return nil, fmt.Errorf("no connection to the host")
	}
	return s.host, nil
}

func (s *Setup) loginStage() stage.Stage {
	return stage.Stage{Name: "ssh", Phase: stage.PhaseInfrastructure, Deadline: s.Deadlines.Login, Check: s.loggedIn, Act: s.login, Every: s.Poll}
}
