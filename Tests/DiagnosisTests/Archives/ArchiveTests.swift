import Diagnosis
import Foundation
import Testing

@Suite("Archives") struct ArchiveTests {
    /// What was read of an archive.
    struct Reading {
        var texts: [String: String] = [:]
        var problems: [String] = []
        var bytes = 0

        init(_ file: URL, limits: ArchiveLimits = ArchiveLimits(), asStream: Bool = false) throws {
            let handle = try FileHandle(forReadingFrom: file)
            defer { handle.closeFile() }
            var head: [UInt8] = []
            if asStream { head = Array(handle.readData(ofLength: 600)) }
            var reader = ArchiveReader(limits: limits)
            var texts: [String: String] = [:]
            var total = 0
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            reader.read(handle.fileDescriptor, name: "bundle", head: head) { member in
                var text: [UInt8] = []
                while true {
                    let count = buffer.withUnsafeMutableBytes { member.read(into: $0) }
                    if count == 0 { break }
                    total += count
                    if text.count < 1 << 20 { text += buffer[..<count] }
                }
                texts[member.name] = String(decoding: text, as: UTF8.self)
            }
            (self.texts, problems, bytes) = (texts, reader.problems, total)
        }
    }

    /// A folder with archives that a script of Python makes.
    private static func folder(_ script: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "archives-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", "import bz2, gzip, io, lzma, os, tarfile, zipfile\n" + script]
        process.currentDirectoryURL = folder
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return folder
    }

    private static func remove(_ folder: URL) {
        // What cannot be removed goes with the system's folder for such files.
        try? FileManager.default.removeItem(at: folder)
    }

    @Test(
        "DIAG-02 part: Zip, tar and single compressed files are read, also inside each other, as files and as streams"
    )
    func formats() throws {
        let folder = try Self.folder(
            """
            text = b'2026-03-02 08:00:00 INFO started\\n' * 50
            open('a.log', 'wb').write(text)
            with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('logs/a.log', text)
            open('a.log.gz', 'wb').write(gzip.compress(text))
            open('a.log.bz2', 'wb').write(bz2.compress(text))
            open('a.log.xz', 'wb').write(lzma.compress(text))
            for mode in ('', 'gz', 'bz2', 'xz'):
                with tarfile.open('a.tar' + ('.' + mode if mode else ''), 'w:' + mode) as t:
                    t.add('a.log'); t.add('a.zip'); t.add('a.log.gz')
            with zipfile.ZipFile('outer.zip', 'w') as z:
                z.write('a.tar.xz'); z.write('a.log')
            """)
        defer { Self.remove(folder) }
        let text = String(repeating: "2026-03-02 08:00:00 INFO started\n", count: 50)
        for asStream in [false, true] {
            func read(_ name: String) throws -> Reading {
                try Reading(folder.appendingPathComponent(name), asStream: asStream)
            }
            #expect(try read("a.zip").texts == ["bundle/logs/a.log": text])
            for name in ["a.log.gz", "a.log.bz2", "a.log.xz"] {
                #expect(try read(name).texts == ["bundle": text])
            }
            for name in ["a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz"] {
                let names = ["bundle/a.log", "bundle/a.zip/logs/a.log", "bundle/a.log.gz"]
                #expect(try read(name).texts == Dictionary(uniqueKeysWithValues: names.map { ($0, text) }))
            }
            let outer = try read("outer.zip")
            #expect(outer.texts["bundle/a.tar.xz/a.zip/logs/a.log"] == text)
            #expect(outer.texts.count == 4)
            #expect(outer.problems == [])
        }
    }

    @Test("Links, names that lead out and binary files are named and skipped; the rest is read")
    func refusals() throws {
        let folder = try Self.folder(
            """
            with tarfile.open('a.tar', 'w') as t:
                def add(name, data=b'text\\n', **more):
                    info = tarfile.TarInfo(name); info.size = len(data)
                    for key, value in more.items(): setattr(info, key, value)
                    t.addfile(info, io.BytesIO(data))
                add('../out.log'); add('/etc/shadow'); add('logs/../../up.log')
                add('link.log', b'', type=tarfile.SYMTYPE, linkname='/etc/passwd')
                add('hard.log', b'', type=tarfile.LNKTYPE, linkname='good.log')
                add('pipe', b'', type=tarfile.FIFOTYPE)
                add('core', bytes(range(256)) * 40)
                add('good.log')
            """)
        defer { Self.remove(folder) }
        let reading = try Reading(folder.appendingPathComponent("a.tar"))
        #expect(reading.texts == ["bundle/good.log": "text\n"])
        let all = reading.problems.joined(separator: "\n")
        for name in ["out.log", "/etc/shadow", "up.log", "link.log", "hard.log", "pipe", "core"] {
            #expect(all.contains(name), "\(all)")
        }
    }

    @Test("What expands out of all proportion is refused, also where it is nested")
    func bombs() throws {
        let folder = try Self.folder(
            """
            zeros = b'0' * (1 << 20)
            with zipfile.ZipFile('bomb.zip', 'w', zipfile.ZIP_DEFLATED) as z:
                with z.open('big.log', 'w') as f:
                    for _ in range(64): f.write(zeros)
                z.writestr('after.log', 'text')
            inner = open('bomb.zip', 'rb').read()
            with zipfile.ZipFile('nested.zip', 'w', zipfile.ZIP_DEFLATED) as z:
                for i in range(5): z.writestr(f'{i}.zip', inner)
            deep = b'text\\n'
            for i in range(7):
                into = io.BytesIO()
                with zipfile.ZipFile(into, 'w') as z: z.writestr(f'{i}.zip', deep)
                deep = into.getvalue()
            open('deep.zip', 'wb').write(deep)
            """)
        defer { Self.remove(folder) }
        var limits = ArchiveLimits()
        limits.ratioFrom = 8 << 20
        limits.ratio = 100
        for name in ["bomb.zip", "nested.zip"] {
            let reading = try Reading(folder.appendingPathComponent(name), limits: limits)
            #expect(
                reading.problems.contains { $0.contains("expands to more than 100 times") },
                "\(reading.problems)")
            #expect(reading.bytes < 24 << 20)
        }
        let deep = try Reading(folder.appendingPathComponent("deep.zip"))
        #expect(deep.problems.contains { $0.contains("archives deep") })
    }

    @Test("What breaks off is read up to the break, and that is said")
    func truncation() throws {
        let folder = try Self.folder(
            """
            import random
            random.seed(3)
            text = b''.join(b'2026-03-02 08:00:00 INFO order %d\\n' % random.randrange(10**9) for _ in range(20000))
            data = gzip.compress(text)
            open('a.log.gz', 'wb').write(data[:len(data) // 2])
            with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('a.log', text)
            data = open('a.zip', 'rb').read()
            open('b.zip', 'wb').write(data[:len(data) // 2])
            """)
        defer { Self.remove(folder) }
        for name in ["a.log.gz", "b.zip"] {
            let reading = try Reading(folder.appendingPathComponent(name))
            #expect(reading.bytes > 100_000, "\(name)")
            #expect(reading.problems.contains { $0.contains("breaks off") }, "\(name): \(reading.problems)")
        }
    }
}
