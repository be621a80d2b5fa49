"""Failures of pip and Python in plain words; the samples are what they really print."""

import pytest

from setting_up.faults import explain

SAMPLES = {
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device": "disk is full",
    "OSError: [WinError 112] There is not enough space on the disk": "disk is full",
    "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(': Failed to establish a new "
    "connection: [Errno -3] Temporary failure in name resolution')': /simple/torch/\n"
    "ERROR: No matching distribution found for torch==2.13.0": "could not be reached",
    "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out.": "could not be reached",
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed": "certificate",
    "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy Authentication": "proxy",
    "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/srv/x'": "could not be written",
    "PermissionError: [WinError 5] Access is denied: 'C:\\\\retroml\\\\.venv'": "could not be written",
    "The virtual environment was not created successfully because ensurepip is not available.": "python3-venv",
    "ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: none)\n"
    "ERROR: No matching distribution found for torch==2.13.0": "no build for this Python",
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.": "arrived damaged",
    "ERROR: Failed building wheel for numba": "no ready-made build",
    "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io": "contradict each other",
    'OSError: [WinError 126] The specified module could not be found. Error loading "c10.dll"': "Visual C++ runtime",
    "MemoryError": "out of memory",
    "something entirely new": "not a known difficulty",
}


@pytest.mark.parametrize("output", SAMPLES)
def test_it_is_explained(output):
    assert SAMPLES[output] in explain(output)
