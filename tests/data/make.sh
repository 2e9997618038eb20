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
make tones-opus.ogg -c:a libopus -b:a 24k -page_duration 200000

# Forms and containers beside these, each as small as it can be.
make tones.webm -c:a libopus -b:a 24k
make tones-fragments.mp4 -c:a aac -b:a 48k -movflags frag_keyframe+empty_moov -frag_duration 200000
make tones-alac.m4a -c:a alac -sample_fmt s16p
make tones-alac.caf -t 0.25 -c:a alac -sample_fmt s16p
make tones.aac -c:a aac -b:a 48k
make tones-fast.m4a -c:a aac -b:a 48k -movflags +faststart
make tones-mono.mp3 -ac 1 -ar 24000 -c:a libmp3lame -b:a 24k -write_xing 0 -id3v2_version 0
make tones-no-counts.mp3 -c:a libmp3lame -q:a 6 -write_xing 0 -id3v2_version 0
make tones.mp2 -c:a mp2 -b:a 64k
make tones-flac.ogg -page_duration 200000 -c:a flac -sample_fmt s16 -compression_level 12 -lpc_coeff_precision 15
make tones-msadpcm.wav -c:a adpcm_ms
make tones-six.opus -filter_complex "[0:a]pan=5.1|FL=c0|FR=c1|FC=0.5*c0|LFE=0*c0|BL=c1|BR=c0" -c:a libopus -b:a 96k

# Two tracks of one channel each, and a picture that begins before the sound.
tracks() {
    output=$1
    shift
    ffmpeg -hide_banner -loglevel error -y -bitexact \
        -f lavfi -i "aevalsrc='0.5*sin(2*PI*440*t)':s=16000:d=1" -f lavfi -i "aevalsrc='0.5*sin(2*PI*1000*t)':s=16000:d=1" \
        -map 0:a -map 1:a -map_metadata -1 "$@" -fflags +bitexact -flags:a +bitexact "$output"
}
late() {
    output=$1
    shift
    ffmpeg -hide_banner -loglevel error -y -bitexact -f lavfi -i "color=s=16x16:r=5:d=2" -itsoffset 0.75 \
        -f lavfi -i "aevalsrc='0.5*sin(2*PI*440*t)|0.5*sin(2*PI*1000*t)':s=16000:d=1" \
        -map 0:v -map 1:a -map_metadata -1 "$@" -fflags +bitexact -flags:a +bitexact -flags:v +bitexact "$output"
}
tracks tracks.mp4 -c:a aac -b:a 32k
tracks tracks.mkv -c:a libmp3lame -b:a 32k -metadata:s:a:0 title=Ketua -metadata:s:a:1 title=Sekretaris
# The second track is one that is not decoded.
tracks tracks-ac3.mkv -c:a:0 aac -b:a:0 32k -c:a:1 ac3 -ar:a:1 32000 -b:a:1 32k
late late.mp4 -c:v mpeg4 -q:v 31 -c:a aac -b:a 48k
late late.mkv -c:v mpeg4 -q:v 31 -c:a libmp3lame -b:a 48k
