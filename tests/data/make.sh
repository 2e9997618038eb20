#!/bin/sh
# Makes the compressed files that the audio tests read: one second of 440 Hz on the left and 1000 Hz on the right, at half of full
# scale, 16 kHz. Needs ffmpeg with libmp3lame, libvorbis and libopus. Run it in this folder.
set -eu

make() {
    output=$1
    shift
    ffmpeg -hide_banner -loglevel error -y -bitexact \
        -f lavfi -i "aevalsrc='0.5*sin(2*PI*440*t)|0.5*sin(2*PI*1000*t)':s=16000:d=1" \
        -map_metadata -1 "$@" -fflags +bitexact -flags:a +bitexact "$output"
}

make tones.flac -c:a flac -sample_fmt s16 -compression_level 12 -lpc_coeff_precision 15
make tones.mp3 -c:a libmp3lame -b:a 64k
# Pages of a fifth of a second, so that a file that is cut off still holds some.
make tones.ogg -c:a libvorbis -q:a 2 -page_duration 200000
make tones.m4a -c:a aac -b:a 64k
make tones-adpcm.wav -c:a adpcm_ima_wav
# Opus is not decoded: its refusal is tested.
make tones-opus.ogg -c:a libopus -b:a 24k
