"""Word lists of the training corpus: Indonesian as it is spoken in a regional parliament.

Parties, people and places are invented. The fixture's script is written apart from these lists and is
never read by anything in this folder.
"""

NOUNS = """anggaran rapat rancangan peraturan daerah kota masyarakat warga jalan jembatan sekolah rumah sakit puskesmas pasar
pelabuhan terminal taman sungai pantai hutan air bersih listrik sampah limbah banjir drainase gedung kantor dinas badan
kecamatan kelurahan desa kampung petani nelayan pedagang buruh guru dokter perawat siswa mahasiswa pemuda perempuan anak
lansia keluarga pendidikan kesehatan lingkungan ekonomi pariwisata budaya olahraga pertanian perikanan perdagangan industri
investasi pajak retribusi pendapatan belanja pembiayaan hibah bantuan subsidi dana program kegiatan proyek pembangunan
pelayanan perizinan pengawasan pengadaan pemeliharaan perbaikan pelaksanaan perencanaan penganggaran pertanggungjawaban
laporan hasil data dokumen surat naskah pasal ayat bab lampiran halaman usul saran pendapat pandangan tanggapan jawaban
pertanyaan keputusan kesepakatan persetujuan penolakan perubahan pencabutan pengesahan penetapan pembahasan kunjungan kerja
aspirasi keluhan masalah kendala solusi target capaian kinerja pegawai aparatur tenaga honorer gaji tunjangan fasilitas
kendaraan armada bus truk alat mesin teknologi informasi sistem jaringan aplikasi kamera lampu trotoar parkir lalu lintas
kecelakaan kemacetan kebakaran bencana longsor kekeringan kemiskinan pengangguran inflasi harga beras gula minyak daging ikan
sayur buah pupuk benih obat vaksin penyakit gizi stunting ibu hamil bayi balita imunisasi asuransi kartu jaminan sosial
tanah lahan sertifikat sengketa aset barang modal saham perusahaan bank kredit koperasi usaha mikro kecil menengah produk
hukum aturan kewenangan tugas fungsi hak kewajiban tanggung jawab sanksi denda pelanggaran keamanan ketertiban polisi
pemilihan suara undangan wartawan media berita penelitian kajian analisis evaluasi audit temuan rekomendasi catatan koreksi
waktu hari minggu bulan tahun pagi siang malam awal akhir tengah triwulan semester periode jadwal agenda acara mekanisme
tahapan proses prosedur standar indikator angka persen jumlah nilai volume luas panjang lebar tinggi berat kualitas mutu
tempat wilayah kawasan lokasi titik pusat pinggiran perbatasan pulau laut gunung danau cuaca hujan angin musim iklim energi
pertemuan musyawarah mufakat sidang komisi panitia pansus badan fraksi partai pimpinan ketua wakil sekretaris anggota peserta
gubernur bupati camat lurah kepala bidang bagian seksi staf ahli tim kelompok lembaga organisasi yayasan asosiasi serikat
kebersihan keindahan kesejahteraan keadilan kemajuan keterbukaan keberhasilan kegagalan kekurangan kelebihan keterlambatan
kepentingan kebutuhan kemampuan kemauan kepercayaan kesempatan keberatan ketentuan kebijakan keuangan kependudukan""".split()

VERBS_ACTIVE = """membahas menyetujui menolak mengusulkan menyampaikan menjelaskan menanyakan menjawab menerima memberikan
meminta mendukung mengawasi melaksanakan merencanakan menganggarkan membangun memperbaiki memelihara meningkatkan menurunkan
menambah mengurangi mengubah mencabut menetapkan mengesahkan menyusun menyiapkan menyelesaikan melanjutkan menunda
menghentikan memulai membuka menutup menghadiri mengundang mengunjungi melihat mendengar mencatat membaca menulis memeriksa
menilai menghitung membandingkan mempertimbangkan memperhatikan memahami mengetahui mengingatkan menegaskan mengapresiasi
mengkritik mempertanyakan memprioritaskan mengalokasikan menyalurkan membagikan mengelola mengembangkan memanfaatkan
menggunakan menyediakan melengkapi mengganti membeli menjual menyewa membayar menagih memungut mengumpulkan mengangkut
membuang membersihkan menata menertibkan melindungi melayani membantu mendorong mengajak melibatkan memberdayakan melatih
mendidik mengajar merawat mengobati mencegah menangani mengatasi mengantisipasi menghadapi mengalami merasakan mengeluhkan
melaporkan mengumumkan menyebarkan menjaga mempertahankan memperkuat memperluas mempercepat mempermudah menghambat
mengganggu merusak merugikan menguntungkan menghasilkan memenuhi mencapai melampaui menunjukkan membuktikan""".split()

VERBS_PASSIVE = """dibahas disetujui ditolak diusulkan disampaikan dijelaskan ditanyakan dijawab diterima diberikan diminta
didukung diawasi dilaksanakan direncanakan dianggarkan dibangun diperbaiki dipelihara ditingkatkan ditambah dikurangi diubah
dicabut ditetapkan disahkan disusun disiapkan diselesaikan dilanjutkan ditunda dihentikan dimulai dibuka ditutup diundang
dikunjungi dicatat dibaca ditulis diperiksa dinilai dihitung dibandingkan dipertimbangkan diperhatikan diketahui ditegaskan
dialokasikan disalurkan dibagikan dikelola dikembangkan dimanfaatkan digunakan disediakan dilengkapi diganti dibeli dibayar
dipungut dikumpulkan diangkut dibersihkan ditata ditertibkan dilindungi dibantu didorong dilibatkan dicegah ditangani diatasi
dihadapi dilaporkan diumumkan dijaga diperkuat diperluas dipercepat dipermudah dipenuhi dicapai dimasukkan dikeluarkan
dikembalikan dipindahkan dihapus dijadikan disebutkan dimaksud dicantumkan tercantum tertulis terlambat tercapai terpenuhi
terbangun terjadi tersedia terbuka tertutup terdampak berjalan berlaku bertambah berkurang berubah berakhir bersidang""".split()

ADJECTIVES = """baik buruk besar kecil tinggi rendah cepat lambat mudah sulit mahal murah baru lama penting mendesak utama
umum khusus jelas terang tepat benar salah lengkap cukup kurang lebih banyak sedikit kuat lemah aman nyaman bersih kotor sehat
sakit kaya miskin adil merata terpadu transparan akuntabel efektif efisien rutin berkala berkelanjutan bertahap menyeluruh
terbatas terbuka tertutup resmi sementara tetap pertama kedua ketiga terakhir berikutnya sebelumnya lalu mendatang tersebut
ini itu lain sama berbeda bersama sendiri strategis teknis operasional administratif fisik digital lokal nasional""".split()

ADVERBS = """sudah belum akan sedang telah masih pernah tidak bukan jangan harus perlu dapat bisa boleh mungkin pasti tentu
segera sering jarang selalu kadang-kadang juga hanya saja pun lagi sangat sekali terlalu agak cukup memang sebenarnya
sesungguhnya mudah-mudahan kiranya seharusnya sebaiknya""".split()

CONNECTIVES = """dan atau tetapi namun karena sebab sehingga agar supaya jika kalau apabila bila ketika saat sebelum setelah
sesudah sejak sampai hingga meskipun walaupun bahwa yaitu yakni seperti serta maupun melainkan sedangkan""".split()

PREPOSITIONS = """di ke dari pada kepada untuk bagi oleh dengan tanpa dalam antara terhadap tentang mengenai melalui menurut
sesuai berdasarkan selama sekitar""".split()

SMALL_WORDS = """yang dan di ke dari untuk dengan pada ini itu tidak akan sudah juga ada adalah karena atau oleh dalam lebih bisa
dapat agar bahwa kalau jika maka saja lagi masih belum harus perlu sangat hanya seperti sebagai antara setelah sebelum sampai
bukan jangan apa siapa mana kapan mengapa bagaimana berapa begitu begini sini sana nah jadi lalu kemudian tentu memang pun
satu dua tiga empat lima enam tujuh delapan sembilan puluh ratus ribu""".split()

PRONOUNS = """saya kami kita mereka beliau Bapak Ibu Saudara pimpinan pemerintah masyarakat warga dewan fraksi kami semua pihak
para anggota wali kota kepala dinas""".split()

FIRST_NAMES = """Agus Budi Cahyo Dedi Eko Fajar Gunawan Hadi Indra Joko Kurnia Lukman Mulyadi Nugroho Oki Purnomo Rahmat Slamet
Teguh Umar Wahyu Yanto Zainal Ahmad Burhan Darmawan Edi Firman Hasan Iskandar Jamal Karim Lutfi Mahmud Nasir Rizal Samsul Taufik
Usman Yusuf Ani Bunga Citra Dewi Endang Fitri Gita Hesti Intan Julia Kartika Lestari Maya Nur Puspita Ratna Sari Tuti Utami
Wulan Yuni Zahra Aminah Diana Fatimah Halimah Kirana Mariana Nadia Rina Siti Vina""".split()

LAST_NAMES = """Hidayat Santoso Wijaya Pratama Saputra Kusuma Hartono Setiawan Suryadi Nasution Siregar Lubis Harahap Sinaga
Tambunan Ginting Tarigan Manurung Situmorang Pane Rangkuti Daulay Effendi Hamzah Ramadhan Syahputra Wibowo Susanto Prasetyo
Utomo Hakim Maulana Firmansyah Permana Anggraini Rahayu Wulandari Safitri Handayani Permatasari Lesmana Suhendra Rusdi
Wirawan Hanafi Basri Salim Rauf Latief Yahya""".split()

PARTIES = """Melati Cendana Enggang Beringin Merpati Anggrek Rajawali Mutiara Cempaka Kenanga Delima Nusa Bahari Pelita Fajar
Kencana Teratai Meranti Seroja Garuda""".split()

MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
WEEKDAYS = "Senin Selasa Rabu Kamis Jumat Sabtu Minggu".split()
UNITS = "nol satu dua tiga empat lima enam tujuh delapan sembilan".split()

TOPICS = """pengelolaan sampah|perubahan anggaran|penataan ruang|pajak dan retribusi daerah|kawasan tanpa rokok|perlindungan anak
|ketertiban umum|penyelenggaraan parkir|pemberdayaan usaha kecil|kota layak anak|pengarusutamaan gender|cadangan pangan daerah
|penanggulangan bencana|pengelolaan air limbah|penyertaan modal daerah|pelestarian cagar budaya|perpustakaan daerah|angkutan umum
|pertanggungjawaban pelaksanaan anggaran|rencana pembangunan jangka menengah|kebijakan umum anggaran|prioritas dan plafon anggaran
|tata tertib dewan|penyelenggaraan pendidikan|jaminan kesehatan daerah|ruang terbuka hijau|pencegahan kebakaran|bantuan hukum
|kepemudaan dan olahraga|penyandang disabilitas|ketenagakerjaan|pengendalian banjir|air minum|pasar rakyat|pohon dan taman"""
TOPICS = [t.strip() for t in TOPICS.replace("\n", "").split("|")]

OFFICES = """kepala dinas pekerjaan umum|kepala dinas kesehatan|kepala dinas pendidikan|kepala dinas lingkungan hidup|kepala dinas
 perhubungan|kepala badan keuangan daerah|kepala badan perencanaan|sekretaris daerah|wali kota|wakil wali kota|inspektur kota
|kepala satuan polisi pamong praja|direktur rumah sakit umum daerah|direktur perusahaan air minum|kepala bagian hukum|camat
|kepala dinas sosial|kepala dinas perdagangan|kepala dinas perikanan|sekretaris dewan|ketua pengadilan|komandan distrik militer"""
OFFICES = [o.strip() for o in OFFICES.replace("\n", "").split("|")]
