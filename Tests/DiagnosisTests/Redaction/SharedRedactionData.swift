import Foundation

/// Data sets that stand beside the project and are no part of it.
enum SharedData {
    /// A folder of the data, or nil where it is absent; `THIRDLINE_SHARED` says where to look.
    static func folder(_ name: String) -> String? {
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared").path
        let root = ProcessInfo.processInfo.environment["THIRDLINE_SHARED"] ?? beside
        let folder = "\(root)/data/\(name)"
        return FileManager.default.fileExists(atPath: folder) ? folder : nil
    }
}
