"""What the metadata of packages leave unsaid, or say in words that no table understands."""

from collections.abc import Mapping
from typing import NamedTuple

NVIDIA = "LicenseRef-NVIDIA-Proprietary"
INTEL = "LicenseRef-Intel-Simplified"
"""Licences that allow use and passing on, but under which no source is to be had."""
PROPRIETARY = {
    NVIDIA: "proprietary, NVIDIA's own terms",
    INTEL: "proprietary, Intel's own terms",
}

BY_NAME: Mapping[str, str] = {
    "colorama": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "nvidia-ml-py": "BSD-3-Clause",
    "pycocotools": "BSD-2-Clause",
    "pyside6-addons": "LGPL-3.0-only",
    "pyside6-essentials": "LGPL-3.0-only",
    "pytorch-triton-rocm": "MIT",
    "pytorch-triton-xpu": "MIT",
    "shiboken6": "LGPL-3.0-only",
    "sympy": "BSD-3-Clause",
    "torchvision": "BSD-3-Clause",
    "triton-rocm": "MIT",
    "triton-xpu": "MIT",
    "cuda-bindings": "Apache-2.0",
    "cuda-pathfinder": "Apache-2.0",
}
"""Normalised name to licence. Of Qt's three licences DeepDesk takes the first."""

BY_PATTERN: tuple[tuple[str, str], ...] = (
    ("nvidia-*", NVIDIA),
    ("cuda-toolkit", NVIDIA),
    ("intel-*", INTEL),
    ("mkl", INTEL),
    ("onemkl-*", INTEL),
    ("dpcpp-*", INTEL),
    ("impi-*", INTEL),
    ("oneccl*", INTEL),
    ("tcmlib", INTEL),
    ("umf", "Apache-2.0 WITH LLVM-exception"),
    ("tbb", "Apache-2.0"),
)
"""(pattern of names, licence): parts of which no copy lies on the machine that builds."""

BY_WORDS: Mapping[str, str] = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "freebsd": "BSD-2-Clause",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}


class Inside(NamedTuple):
    """A library that lies inside a package and has a licence of its own."""

    name: str
    licence: str
    source: str


SNDFILE = "https://github.com/libsndfile/libsndfile"
INSIDE: Mapping[str, tuple[Inside, ...]] = {
    "numpy": (
        Inside("OpenBLAS", "BSD-3-Clause", "https://github.com/OpenMathLib/OpenBLAS"),
        Inside("libgfortran", "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org"),
    ),
    "pillow": (
        Inside("libjpeg-turbo", "IJG AND BSD-3-Clause AND Zlib", "https://libjpeg-turbo.org"),
        Inside("FreeType", "FTL", "https://freetype.org"),
        Inside("HarfBuzz", "MIT-Modern-Variant", "https://harfbuzz.github.io"),
        Inside("LibTIFF", "libtiff", "https://libtiff.gitlab.io/libtiff"),
        Inside("libwebp", "BSD-3-Clause", "https://chromium.googlesource.com/webm/libwebp"),
    ),
    "pyside6-addons": (
        Inside("Qt 6 (Multimedia)", "LGPL-3.0-only", "https://code.qt.io"),
        Inside("FFmpeg", "LGPL-2.1-or-later", "https://ffmpeg.org"),
    ),
    "pyside6-essentials": (Inside("Qt 6", "LGPL-3.0-only", "https://code.qt.io"),),
    "sounddevice": (Inside("PortAudio (Windows, macOS)", "MIT", "https://www.portaudio.com"),),
    "soundfile": (
        Inside("libsndfile", "LGPL-2.1-or-later", SNDFILE),
        Inside("LAME", "LGPL-2.0-or-later", "https://lame.sourceforge.io"),
        Inside("mpg123", "LGPL-2.1-or-later", "https://mpg123.org"),
        Inside("FLAC, Ogg, Vorbis, Opus", "BSD-3-Clause", "https://xiph.org"),
    ),
    "soxr": (Inside("libsoxr", "LGPL-2.1-or-later", "https://sourceforge.net/projects/soxr"),),
    "torch": (
        Inside("libgomp", "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org"),
        Inside("oneDNN", "Apache-2.0", "https://github.com/uxlfoundation/oneDNN"),
    ),
    "torchvision": (
        Inside("libjpeg-turbo", "IJG AND BSD-3-Clause AND Zlib", "https://libjpeg-turbo.org"),
        Inside("libpng", "libpng-2.0", "http://www.libpng.org"),
        Inside("CUDA runtime, nvJPEG (Linux, Windows with NVIDIA)", NVIDIA, ""),
    ),
}
"""Normalised name of a package to the libraries in it that a person has rights to ask about."""
