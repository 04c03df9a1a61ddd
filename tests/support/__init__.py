"""What the tests stand on: what may be missing, the closed network, the browser, the JavaScript tests."""
