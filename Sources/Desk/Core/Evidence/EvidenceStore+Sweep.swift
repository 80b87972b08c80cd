import Domain
import Glibc
import Storage

extension EvidenceStore {
    /// Files that nothing names are left alone so long: the row that names them may be on its way.
    static let grace: Int64 = 3600
    /// Unfinished files are left alone so long after they were last written.
    static let partialGrace: Int64 = 86_400

    /// Removes old files that no row names, and old unfinished ones.
    ///
    /// A file is moved aside first and looked at again, so that one which is kept anew in that moment is never lost.
    /// - Parameters:
    ///   - used: which of these digests rows name.
    ///   - unfinished: the unfinished files that somebody may go on with.
    /// - Returns: how many files were removed.
    package func sweep(
        at now: Timestamp, used: @Sendable ([String]) async throws -> Set<String>, unfinished: Set<String>
    ) async throws -> Int {
        if let bucket { return try await sweep(bucket, at: now, used: used, unfinished: unfinished) }
        var removed = 0
        for place in try await working({ self.names(in: self.folder) }) where place.utf8.count == 2 {
            let old = try await working {
                self.names(in: "\(self.folder)/\(place)").filter {
                    self.age(of: "\(self.folder)/\(place)/\($0)", at: now) > Self.grace
                }
            }
            for start in stride(from: 0, to: old.count, by: 500) {
                let some = Array(old[start..<min(start + 500, old.count)])
                for hash in Set(some).subtracting(try await used(some)).sorted() {
                    removed += try await remove(hash, at: now, used: used)
                }
            }
        }
        return try await removed
            + working {
                self.names(in: "\(self.folder)/partial").filter { name in
                    let path = self.partialPath(name)
                    guard !unfinished.contains(name), self.age(of: path, at: now) > Self.partialGrace else {
                        return false
                    }
                    return unlink(path) == 0
                }.count
            }
    }

    private func remove(
        _ hash: String, at now: Timestamp, used: @Sendable ([String]) async throws -> Set<String>
    ) async throws -> Int {
        let aside = partialPath("aside-\(hash)")
        let isOld = try await working {
            guard rename(self.path(of: hash), aside) == 0 else { return false }
            return self.age(of: aside, at: now) > Self.grace
        }
        if isOld, try await used([hash]).isEmpty { return try await working { unlink(aside) == 0 ? 1 : 0 } }
        // Somebody kept it anew: back to its place, unless a newer file is there already.
        _ = try await working { link(aside, self.path(of: hash)) }
        return try await working { unlink(aside) == 0 ? 0 : 0 }
    }

    func names(in folder: String) -> [String] {
        guard let list = opendir(folder) else { return [] }
        defer { closedir(list) }
        var names: [String] = []
        while let entry = readdir(list) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func age(of path: String, at now: Timestamp) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { return 0 }
        return now.microseconds / 1_000_000 - Int64(status.st_mtim.tv_sec)
    }
}

// MARK: In a bucket

extension EvidenceStore {
    /// The same in a bucket, which has no way to take an object away only as long as nobody writes it anew.
    ///
    /// So an object is copied aside first, where readers find it too, and what lies aside is decided an hour later:
    /// if by then a row names it, it goes back to its place.
    private func sweep(
        _ bucket: Bucket, at now: Timestamp, used: @Sendable ([String]) async throws -> Set<String>,
        unfinished: Set<String>
    ) async throws -> Int {
        let before = now.adding(seconds: -Self.grace)
        func old(_ prefix: String) async throws -> [Bucket.Object] {
            try await working {
                var old: [Bucket.Object] = []
                try bucket.eachPage(prefix: prefix) { old += $0.filter { $0.modifiedAt < before } }
                return old
            }
        }
        var removed = 0
        for some in Self.batches(try await old("aside/")) {
            let hashes = some.map { String($0.key.dropFirst(6)) }
            let named = try await used(hashes)
            try await working {
                for hash in hashes {
                    if named.contains(hash), try bucket.size(of: Self.key(of: hash)) == nil {
                        _ = try bucket.copy(Self.asideKey(of: hash), to: Self.key(of: hash))
                    }
                    try bucket.delete(Self.asideKey(of: hash))
                }
            }
            removed += hashes.count - named.count
        }
        for first in 0..<256 {
            for some in Self.batches(try await old(hex([UInt8(first)]) + "/")) {
                let hashes = some.map { String($0.key.dropFirst(3)) }
                let named = try await used(hashes)
                try await working {
                    for hash in hashes where !named.contains(hash) {
                        if try bucket.copy(Self.key(of: hash), to: Self.asideKey(of: hash)) {
                            try bucket.delete(Self.key(of: hash))
                        }
                    }
                }
            }
        }
        try await sweepPieces(bucket, at: now, unfinished: unfinished)
        return removed
    }

    private func sweepPieces(_ bucket: Bucket, at now: Timestamp, unfinished: Set<String>) async throws {
        let before = now.adding(seconds: -Self.partialGrace)
        try await working {
            for object in try bucket.objects(prefix: "partial/") where object.modifiedAt < before {
                let id = String(object.key.dropFirst(8).prefix { $0 != "/" })
                if !unfinished.contains(id) { try bucket.delete(object.key) }
            }
            for name in names(in: "\(folder)/partial")
            where age(of: partialPath(name), at: now) > Self.partialGrace {
                unlink(partialPath(name))
            }
        }
    }

    private static func batches(_ objects: [Bucket.Object]) -> [ArraySlice<Bucket.Object>] {
        stride(from: 0, to: objects.count, by: 500).map { objects[$0..<min($0 + 500, objects.count)] }
    }
}
