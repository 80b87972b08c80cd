import Diagnosis
import Foundation

/// One thing to read: a file, an archive with logs inside, or standard input.
enum LogInput: Sendable {
    case file(LogSource)
    case archive(path: String)
    case stream(LogSource)
}

/// Finds what is to be read behind the paths that people name.
struct LogInputs {
    private(set) var inputs: [LogInput] = []
    /// What was left out and why, in sentences.
    private(set) var problems: [String] = []
    private var links: [String] = []
    private var binaries: [String] = []

    /// Expands folders; a path that is not there is a fault.
    init(_ paths: [String]) throws {
        for path in paths {
            var status = stat()
            guard path == "-" || stat(path, &status) == 0 else { throw LogFault.system("Cannot open", path) }
            if path != "-", status.st_mode & S_IFMT == S_IFDIR {
                add(folder: path)
            } else {
                try add(file: path, isNamed: true)
            }
        }
        if !links.isEmpty { problems.append("Links, skipped: \(Self.list(links)).") }
        if !binaries.isEmpty { problems.append("Not text, skipped: \(Self.list(binaries)).") }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(5).joined(separator: ", ")
        return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
    }

    private mutating func add(folder: String) {
        let keys: [URLResourceKey] = [.isSymbolicLinkKey, .isRegularFileKey]
        var unreadable: [String] = []
        let walker = FileManager.default.enumerator(
            at: URL(fileURLWithPath: folder), includingPropertiesForKeys: keys, options: [.skipsHiddenFiles],
            errorHandler: { url, error in
                unreadable.append("\(url.path): \(error.localizedDescription)")
                return true
            })
        var files: [String] = []
        while let url = walker?.nextObject() as? URL {
            // A file that vanished meanwhile has no values, and is not there to be read.
            guard let values = try? url.resourceValues(forKeys: Set(keys)) else { continue }
            if values.isSymbolicLink == true {
                links.append(url.path)
            } else if values.isRegularFile == true {
                files.append(url.path)
            }
        }
        let base = URL(fileURLWithPath: folder).path
        for file in files.sorted() {
            let name = file.hasPrefix(base + "/") ? folder.trimmingSlash + file.dropFirst(base.count) : file
            do {
                try add(file: name, isNamed: false)
            } catch let fault as LogFault {
                problems.append(fault.message + ".")
            } catch { problems.append("\(name): \(error).") }
        }
        problems += unreadable
    }

    private mutating func add(file path: String, isNamed: Bool) throws {
        let source = try LogSource(path: path)
        guard source.size != nil, path != "-" else {
            inputs.append(.stream(source))
            return
        }
        let descriptor = try source.open()
        defer { close(descriptor) }
        let head = try source.bytes(descriptor, at: 0, count: 4096)
        if ArchiveReader.isArchive(head) {
            inputs.append(.archive(path: path))
        } else if head.isEmpty || isNamed || DecodedText.encoding(of: head) != nil {
            inputs.append(.file(source))
        } else {
            binaries.append(path)
        }
    }
}

extension String {
    /// The path without a slash at its end.
    var trimmingSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}
